/* SPDX-License-Identifier: BSD-2-Clause */
/* The module with a hostile service and a hostile application: whatever mfa-authd sends,
 * over as many connections as it likes, with user name, answer, conversation and PAM
 * items at will. libpam itself is played by libpam.c. */
#include "libpam.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <security/pam_modules.h>

#include "fuzz.h"
#include "mfa/authd_protocol.h"
#include "mfa/spawn.h"
#include "mfa/typed_code.h"

enum {
	/* the line in pam.d, in the first byte */
	CONFIG = 1 << 0,
	ZONE = 1 << 1,
	NONSENSE = 1 << 2,
	EXPLAIN = 1 << 4,
	FORWARD = 1 << 5,
	DEBUG = 1 << 6,
	/* a packet: its length in a byte, or in two more */
	BREAK = 0, /* the connection ends */
	LONG = 255,
};

static const char USER[] = "daemon";

/* The service of one call. */
static struct {
	struct input packets;
	int peer; /* the module's end of the connection is at its other side; or -1 */
	bool may_pass;	/* a whole verdict that allows was sent */
	bool is_exempt; /* or one that exempts */
	bool is_marked;
	int64_t now_ms;
} service;

static const struct libpam_script *script;
static bool is_forwarding;
static bool has_passed; /* auth, in this handle */

int __real_poll(struct pollfd *fds, nfds_t count, int timeout_ms);
int __real_socket(int domain, int type, int protocol);
int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout_ms);
int __wrap_socket(int domain, int type, int protocol);
int __wrap_connect(int fd, const struct sockaddr *address, socklen_t size);
int __wrap_mfa_spawn(const char *path, const char *argument, struct mfa_diag *diag,
		     int *ret_channel);
int64_t __wrap_mfa_monotonic_ms(void);

/* Nothing is waited for. */
int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout_ms)
{
	return count == 0 ? 0 : __real_poll(fds, count, timeout_ms);
}

int64_t __wrap_mfa_monotonic_ms(void)
{
	return service.now_ms += 300;
}

/* What leaves the program of what was typed: its end, or with a line that is too long for
 * a code its beginning; of a password and a code what can be the code. */
static void check_reply(struct mfa_span payload)
{
	struct mfa_authd_reply reply;
	const char *answer = script->answer;
	size_t len = strlen(answer);
	must(mfa_authd_unpack_reply(payload, &reply) == MFA_OK);
	if (reply.is_again) {
		must((script->faults & LIBPAM_PASSWORD) != 0);
		return;
	}
	size_t start = is_forwarding && !mfa_text_is_sshd_filler(answer, len)
			       ? mfa_text_code_end(answer, len)
			       : 0;
	must(reply.is_cut == (start > 0));
	must(reply.text.len == len - start || reply.text.len == MFA_AUTHD_REPLY_MAX);
	must(memcmp(reply.text.data, answer + start, reply.text.len) == 0);
}

static void check_packet(unsigned char letter, struct mfa_span payload)
{
	struct mfa_authd_begin begin;
	switch (letter) {
	case MFA_AUTHD_BEGIN:
		must(mfa_authd_unpack_begin(payload, &begin) == MFA_OK);
		must(begin.passed[0] == '\0' ||
		     (begin.phase == MFA_AUTHD_ACCOUNT && has_passed));
		must(begin.wants_password == is_forwarding);
		break;
	case MFA_AUTHD_REPLY:
		check_reply(payload);
		break;
	case MFA_AUTHD_NONE:
		must(payload.len == 1);
		break;
	default:
		must(letter == MFA_AUTHD_REFUSE && payload.len == 0);
		break;
	}
}

/* Reads what the module has sent, and sees that it has closed its end. */
static void end_connection(void)
{
	unsigned char bytes[MFA_PACKET_SIZE];
	ssize_t got = 0;
	if (service.peer < 0)
		return;
	while ((got = recv(service.peer, bytes, sizeof bytes, MSG_DONTWAIT)) > 0)
		check_packet(bytes[0], (struct mfa_span){ bytes + 1, (size_t)got - 1 });
	must(got == 0 || errno == ECONNRESET);
	(void)close(service.peer);
	service.peer = -1;
}

static void note_packet(struct mfa_span packet)
{
	struct mfa_authd_verdict verdict;
	struct mfa_span payload = { packet.data + 1, packet.len - 1 };
	if (packet.data[0] != MFA_AUTHD_VERDICT ||
	    mfa_authd_unpack_verdict(payload, &verdict) != MFA_OK)
		return;
	service.may_pass |= verdict.verdict == MFA_ALLOW;
	service.is_exempt |= verdict.verdict == MFA_EXEMPT;
	service.is_marked |= verdict.is_marked;
}

static struct mfa_span next_packet(void)
{
	struct input *input = &service.packets;
	size_t len = input_byte(input);
	if (len == LONG) {
		len = input_byte(input);
		len |= (size_t)input_byte(input) << 8;
	}
	if (len > input->len)
		len = input->len;
	struct mfa_span packet = { input->data, len };
	input->data += len;
	input->len -= len;
	return packet;
}

/* All packets of a connection wait in it from the beginning. */
static void send_packets(void)
{
	for (;;) {
		struct mfa_span packet = next_packet();
		if (packet.len == BREAK || send(service.peer, packet.data, packet.len,
						MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
			break;
		note_packet(packet);
	}
	(void)shutdown(service.peer, SHUT_WR);
}

int __wrap_socket(int domain, int type, int protocol)
{
	int ends[2];
	if (service.packets.len == 0)
		return __real_socket(domain, type, protocol);
	end_connection();
	must(socketpair(domain, type, protocol, ends) == 0);
	service.peer = ends[1];
	return ends[0];
}

int __wrap_connect(int fd MFA_UNUSED, const struct sockaddr *address MFA_UNUSED,
		   socklen_t size MFA_UNUSED)
{
	if (service.packets.len == 0) {
		errno = ECONNREFUSED;
		return -1;
	}
	send_packets();
	return 0;
}

int __wrap_mfa_spawn(const char *path MFA_UNUSED, const char *argument,
		     struct mfa_diag *diag, int *ret_channel)
{
	must(strcmp(argument, "--once") == 0);
	if (service.packets.len == 0)
		return mfa_fail(diag, MFA_ERR_NOTFOUND, "there is no such program");
	*ret_channel = __wrap_socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	send_packets();
	return MFA_OK;
}

struct call {
	const char *words[8];
	int count;
	int how;
};

static struct call make_call(unsigned flags)
{
	struct call call = { .how = (script->faults & LIBPAM_SILENT) != 0
					    ? (int)PAM_SILENT
					    : 0 };
	static const struct {
		unsigned flag;
		const char *word;
	} words[] = {
		{ CONFIG, "conf=/etc/other.conf" },
		{ ZONE, "zone=main" },
		{ EXPLAIN, "explain" },
		{ FORWARD, "forward_pass" },
		{ DEBUG, "debug" },
		{ NONSENSE, "nonsense" },
	};
	for (size_t i = 0; i < MFA_COUNT(words); i++)
		if ((flags & words[i].flag) != 0)
			call.words[call.count++] = words[i].word;
	return call;
}

static void must_be_known(int code)
{
	must(code == PAM_SUCCESS || code == PAM_AUTH_ERR || code == PAM_PERM_DENIED ||
	     code == PAM_IGNORE || code == PAM_AUTHINFO_UNAVAIL || code == PAM_CONV_ERR ||
	     code == PAM_ABORT || code == PAM_BUF_ERR);
}

/* Nobody is let in but by a verdict; and not where the call cannot even begin. */
static void check(int code, unsigned flags)
{
	must_be_known(code);
	if (code != PAM_SUCCESS && code != PAM_IGNORE)
		return;
	must(code == PAM_SUCCESS ? service.may_pass : service.is_exempt);
	must((flags & NONSENSE) == 0);
	must((script->faults & (LIBPAM_NO_USER | LIBPAM_NULL_USER)) == 0);
}

static void call_module(struct pam_handle *handle, unsigned flags)
{
	struct call call = make_call(flags);
	int code = pam_sm_authenticate(handle, call.how, call.count, call.words);
	end_connection();
	check(code, flags);
	/* the mark has no room, or it is the password's turn */
	must((script->faults & LIBPAM_SET_DATA_FAILS) == 0 ||
	     (code != PAM_SUCCESS && code != PAM_IGNORE));
	has_passed = (code == PAM_SUCCESS || code == PAM_IGNORE) && service.is_marked &&
		     !is_forwarding;
	service.may_pass = service.is_exempt = service.is_marked = false;
	int account = pam_sm_acct_mgmt(handle, call.how, call.count, call.words);
	end_connection();
	check(account, flags);
	must(pam_sm_setcred(handle, call.how, call.count, call.words) == PAM_IGNORE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	unsigned flags = input_byte(&input);
	struct libpam_script played = { .faults = input_byte(&input) };
	played.faults |= input_byte(&input) << 8;
	char *user = input_text(&input);
	char *answer = input_text(&input);
	char *text = input_text(&input);
	played.user = user[0] != '\0' ? user : USER;
	played.answer = answer;
	played.text = text;
	script = &played;
	is_forwarding = (flags & FORWARD) != 0;
	has_passed = service.may_pass = service.is_exempt = service.is_marked = false;
	service.packets = input;
	service.peer = -1;
	struct pam_handle *handle = libpam_start(&played);
	call_module(handle, flags);
	libpam_end(handle);
	free(user);
	free(answer);
	free(text);
	return 0;
}
