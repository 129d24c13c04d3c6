/* SPDX-License-Identifier: BSD-2-Clause */
/* The steps of mfa-authd with a hostile module, a hostile mfa-usb, and hostile files:
 * mfa.conf, the record, the audit trail. Nobody is let in but by a right code, which is
 * used then, or by a YubiKey's answer. */
#include "fuzz.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>
#include <unistd.h>

#include "fuzz_site.h"
#include "mfa/spawn.h"
#include "mfa/typed_code.h"
#include "mfa/usb_wire.h"
#include "steps.h"

enum {
	/* beside what is hostile of the site, in the first byte */
	LOCAL = 1 << 4, /* the person is at this machine */
	WANTS_PASSWORD = 1 << 5,
	MAY_EXPLAIN = 1 << 6,
	JAPANESE = 1 << 7,
	/* what happens; of another byte nothing does */
	NEW = 'n',	  /* another connection */
	BEGIN = 'b',	  /* a sound beginning */
	ACCOUNT = 'a',	  /* the same of the account phase */
	CODE = 'c',	  /* the right code */
	NEXT_CODE = 'C',  /* the one after it */
	PACKET = 'p',	  /* of the module's: a length in two bytes, and so much */
	USB_PACKET = 'u', /* the same of mfa-usb */
	USB_ANSWER = 'U', /* the key's right answer */
	LATE = 'l',	  /* the device's time is over */
	GONE = 'g',	  /* the module ends */
	STEPS_MAX = 64,
};

static struct {
	struct desk desk;
	struct visit visit;
	int module;	     /* the other end of desk.connection */
	int usb;	     /* the other end of the device's channel; or -1 */
	uint64_t next;	     /* counter from which a code may still be right */
	bool has_right_code; /* in the last reply */
	bool has_answered;   /* the key, rightly */
	bool has_verdict;
	unsigned flags;
} run;

int __wrap_mfa_spawn(const char *path, const char *argument, struct mfa_diag *diag,
		     int *ret_channel);
int __wrap_mfa_yubikey_driver_open(const char *folder, struct mfa_diag *diag,
				   const struct mfa_yubikey_driver **ret_driver);
enum mfa_place __wrap_mfa_login_facts_place(struct mfa_login_facts *facts);
void __wrap_syslog(int priority, const char *format, ...) MFA_PRINTF(2, 3);

int __wrap_mfa_spawn(const char *path MFA_UNUSED, const char *argument MFA_UNUSED,
		     struct mfa_diag *diag MFA_UNUSED, int *ret_channel)
{
	int ends[2];
	must(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
	mfa_close_fd(&run.usb);
	run.usb = ends[1];
	*ret_channel = ends[0];
	return MFA_OK;
}

int __wrap_mfa_yubikey_driver_open(const char *folder MFA_UNUSED,
				   struct mfa_diag *diag MFA_UNUSED,
				   const struct mfa_yubikey_driver **ret_driver)
{
	static const struct mfa_yubikey_driver driver = { .hmac = fuzz_site_hmac };
	*ret_driver = &driver;
	return MFA_OK;
}

enum mfa_place __wrap_mfa_login_facts_place(struct mfa_login_facts *facts)
{
	enum mfa_place place =
		(run.flags & LOCAL) != 0 ? MFA_PLACE_OWN : MFA_PLACE_ELSEWHERE;
	mfa_login_facts_set_place(facts, place);
	return place;
}

void __wrap_syslog(int priority MFA_UNUSED, const char *format, ...)
{
	char line[8192];
	va_list args;
	va_start(args, format);
	int len = vsnprintf(line, sizeof line, format, args);
	va_end(args);
	must(len > 0 && (size_t)len < sizeof line);
	for (int i = 0; i < len; i++)
		must((unsigned char)line[i] >= 0x20 && line[i] != 0x7f);
}

static void connect_module(void)
{
	int ends[2];
	must(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
			ends) == 0);
	run.desk.connection = ends[0];
	run.module = ends[1];
	run.visit = (struct visit){ .accepted_ms = mfa_boottime_ms() };
	run.visit.session.channel = -1;
	run.has_verdict = false;
}

static void disconnect_module(void)
{
	mfa_close_fd(&run.module);
	if (run.visit.wait == VISIT_REPLY || run.visit.wait == VISIT_DEVICE)
		steps_gone(&run.desk, &run.visit);
	must(run.visit.wait != VISIT_REPLY && run.visit.wait != VISIT_DEVICE);
	must(run.visit.session.ops == NULL);
	mfa_close_fd(&run.desk.connection);
	mfa_close_fd(&run.usb);
}

/* A code that lets in is a right one, and lets in once. */
static void check_verdict(const struct mfa_authd_verdict *verdict)
{
	must(!run.has_verdict);
	run.has_verdict = true;
	must(!verdict->is_marked || verdict->verdict == MFA_ALLOW ||
	     verdict->verdict == MFA_EXEMPT);
	if (verdict->verdict == MFA_EXEMPT)
		must((run.flags & BAD_CONFIG) != 0 ||
		     run.visit.claims.phase == MFA_AUTHD_ACCOUNT);
	if (verdict->verdict != MFA_ALLOW || (run.flags & SEALED_RECORD) != 0)
		return;
	must(run.visit.claims.phase == MFA_AUTHD_AUTH);
	must(strcmp(verdict->name, FUZZ_USER) == 0);
	must(run.has_right_code || run.has_answered);
	run.next += run.has_right_code; /* at least */
}

static void take_packets(void)
{
	unsigned char bytes[MFA_PACKET_SIZE];
	ssize_t got = 0;
	struct mfa_authd_verdict verdict;
	while (run.module >= 0 && (got = recv(run.module, bytes, sizeof bytes, 0)) > 0) {
		struct mfa_span payload = { bytes + 1, (size_t)got - 1 };
		switch (bytes[0]) {
		case MFA_AUTHD_VERDICT:
			must(mfa_authd_unpack_verdict(payload, &verdict) == MFA_OK);
			check_verdict(&verdict);
			break;
		case MFA_AUTHD_ASK:
		case MFA_AUTHD_INFO:
		case MFA_AUTHD_ERROR:
			must(!run.has_verdict);
			must(memchr(payload.data, '\0', payload.len) == NULL);
			must(payload.len > 0);
			break;
		default:
			must(bytes[0] == MFA_AUTHD_TAKEN || bytes[0] == MFA_AUTHD_ONCE ||
			     bytes[0] == MFA_AUTHD_STATE);
			break;
		}
	}
}

/* Whether a reply's text ends in a code that is not used yet. */
static bool is_right(struct mfa_span text)
{
	bool is_it = false;
	char *line = strndup((const char *)text.data, text.len);
	must(line != NULL);
	size_t len = mfa_text_normalize_code(line, strlen(line));
	for (uint64_t at = run.next; at <= run.next + FUZZ_LOOK_AHEAD; at++)
		is_it |= fuzz_ends_in_code(line, len, at);
	free(line);
	return is_it;
}

/* The visit is taken up by another process each time. */
static void move_visit(void)
{
	struct visit *moved = malloc(sizeof *moved);
	must(moved != NULL);
	memcpy(moved, &run.visit, sizeof *moved);
	memset(&run.visit, 0xa5, sizeof run.visit);
	memcpy(&run.visit, moved, sizeof *moved);
	free(moved);
}

static void send_message(struct mfa_span packet)
{
	struct mfa_authd_reply reply;
	struct mfa_span payload = { packet.data + 1, packet.len - 1 };
	if (run.module < 0 || packet.len == 0)
		return;
	run.has_right_code = packet.data[0] == MFA_AUTHD_REPLY &&
			     mfa_authd_unpack_reply(payload, &reply) == MFA_OK &&
			     is_right(reply.text);
	must(send(run.module, packet.data, packet.len, 0) == (ssize_t)packet.len);
	if (run.visit.wait == VISIT_END)
		return; /* the parent closes it */
	steps_message(&run.desk, &run.visit);
}

static void send_begin(enum mfa_authd_phase phase)
{
	unsigned char packet[MFA_PACKET_SIZE] = { MFA_AUTHD_BEGIN };
	unsigned char payload[MFA_PACKET_SIZE];
	size_t len = 0;
	const struct mfa_authd_begin begin = {
		.phase = phase,
		.user = FUZZ_USER,
		.service = "fuzz",
		.tty = "tty1",
		.rhost = "",
		.display = "",
		.peer = "",
		.config = "",
		.zone = "",
		.locale = (run.flags & JAPANESE) != 0 ? "ja_JP.UTF-8" : "C",
		.charset = "UTF-8",
		.passed_as = "",
		.passed = "",
		.passed_uid = "",
		.wants_password = (run.flags & WANTS_PASSWORD) != 0,
		.may_explain = (run.flags & MAY_EXPLAIN) != 0,
	};
	must(mfa_authd_pack_begin(&begin, payload, &len) == MFA_OK);
	memcpy(packet + 1, payload, len);
	send_message((struct mfa_span){ packet, len + 1 });
}

static void send_code(const char *code)
{
	unsigned char packet[16] = { MFA_AUTHD_REPLY, 0, '\0' };
	memcpy(packet + 3, code, 6);
	send_message((struct mfa_span){ packet, 9 });
}

static struct mfa_span take_bytes(struct input *input)
{
	size_t len = input_byte(input);
	len |= (size_t)input_byte(input) << 8;
	if (len > input->len)
		len = input->len;
	struct mfa_span bytes = { input->data, len };
	input->data += len;
	input->len -= len;
	return bytes;
}

static void send_usb(struct mfa_span packet)
{
	if (run.visit.wait != VISIT_DEVICE || run.usb < 0 || packet.len == 0)
		return;
	must(send(run.usb, packet.data, packet.len, MSG_NOSIGNAL) == (ssize_t)packet.len);
	/* what does not end the order is a stage, after which nothing comes */
	(void)shutdown(run.usb, SHUT_WR);
	run.has_right_code = false;
	steps_device(&run.desk, &run.visit);
}

/* As the key itself does it. */
static void answer_usb(void)
{
	unsigned char bytes[MFA_PACKET_SIZE];
	unsigned char packet[MFA_PACKET_SIZE] = { MFA_USB_RESPOND };
	struct mfa_usb_order order;
	struct mfa_usb_outcome outcome = { .result = MFA_YUBIKEY_DONE };
	const struct mfa_yubikey key = fuzz_site_key();
	size_t len = 0;
	if (run.visit.wait != VISIT_DEVICE || run.usb < 0)
		return;
	ssize_t got = recv(run.usb, bytes, sizeof bytes, MSG_DONTWAIT);
	must(got > 1 && mfa_usb_unpack_order(
				bytes[0], (struct mfa_span){ bytes + 1, (size_t)got - 1 },
				&order) == MFA_OK);
	outcome.from = (struct mfa_yubikey_slot){ FUZZ_SERIAL, FUZZ_SLOT };
	mfa_yubikey_expect(&key, fuzz_site_hmac, order.challenge, outcome.response);
	must(mfa_usb_pack_outcome(MFA_USB_RESPOND, &outcome, bytes, &len) == MFA_OK);
	memcpy(packet + 1, bytes, len);
	run.has_answered = true;
	send_usb((struct mfa_span){ packet, len + 1 });
}

static void be_late(void)
{
	if (run.visit.wait != VISIT_DEVICE)
		return;
	run.visit.session.deadline_ms = 0;
	run.has_right_code = false;
	steps_device(&run.desk, &run.visit);
}

static void go_on(unsigned what, struct input *input)
{
	run.has_answered = false;
	switch (what) {
	case NEW:
		disconnect_module();
		connect_module();
		break;
	case BEGIN:
		send_begin(MFA_AUTHD_AUTH);
		break;
	case ACCOUNT:
		send_begin(MFA_AUTHD_ACCOUNT);
		break;
	case CODE:
		send_code(fuzz_site_code(FUZZ_COUNTER));
		break;
	case NEXT_CODE:
		send_code(fuzz_site_code(FUZZ_COUNTER + 1));
		break;
	case PACKET:
		send_message(take_bytes(input));
		break;
	case USB_PACKET:
		send_usb(take_bytes(input));
		break;
	case USB_ANSWER:
		answer_usb();
		break;
	case LATE:
		be_late();
		break;
	case GONE:
		disconnect_module();
		break;
	default:
		break;
	}
}

static void take_steps(struct input *input)
{
	for (unsigned i = 0; i < STEPS_MAX && input->len > 0; i++) {
		go_on(input_byte(input), input);
		take_packets();
		if (run.module < 0)
			connect_module();
		move_visit();
		must(!run.desk.site.is_open);
	}
}

/* The lowest number that is free. */
static int free_descriptor(void)
{
	int fd = dup(STDIN_FILENO);
	must(fd >= 0);
	(void)close(fd);
	return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	const char *config = fuzz_site();
	int first = free_descriptor();
	run.flags = input_byte(&input);
	char *text = input_text(&input);
	fuzz_site_reset(run.flags, text, &input);
	run.next = FUZZ_COUNTER;
	run.usb = -1;
	must(desk_begin(config, false, &run.desk) == MFA_OK);
	connect_module();
	take_steps(&input);
	disconnect_module();
	desk_done(&run.desk);
	must(free_descriptor() == first);
	free(text);
	return 0;
}
