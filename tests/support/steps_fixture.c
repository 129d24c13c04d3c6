/* SPDX-License-Identifier: BSD-2-Clause */
#include "steps_fixture.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mfa/typed_code.h"

enum {
	REPLIES = 6, /* more than are asked for */
	STEPS_MAX = 40,
};

static const char *text_or_none(const char *text)
{
	return text != NULL ? text : "";
}

int steps_fixture_send_begin(int module, const struct steps_login *login)
{
	unsigned char payload[MFA_PACKET_SIZE];
	size_t len = 0;
	const struct mfa_authd_begin begin = {
		.phase = login->is_account ? MFA_AUTHD_ACCOUNT : MFA_AUTHD_AUTH,
		.user = login->user,
		.service = login->service,
		.tty = "",
		.rhost = "",
		.display = "",
		.peer = "",
		.config = text_or_none(login->config),
		.zone = "",
		.locale = "C",
		.charset = "UTF-8",
		.passed_as = login->has_passed ? login->user : "",
		.passed = login->has_passed ? login->user : "",
		.passed_uid = login->has_passed ? login->passed_uid : "",
		.wants_password = login->wants_password,
		.may_explain = login->may_explain,
		.is_debug = login->is_debug,
	};
	int err = mfa_authd_pack_begin(&begin, payload, &len);
	return err != MFA_OK ? err
			     : mfa_packet_send(module, MFA_AUTHD_BEGIN,
					       (struct mfa_span){ payload, len }, 0);
}

int steps_fixture_send_reply(int module, const struct steps_login *login)
{
	unsigned char payload[MFA_PACKET_SIZE];
	size_t len = 0;
	const char *line = login->reply;
	size_t start = login->wants_password ? mfa_text_code_end(line, strlen(line)) : 0;
	const struct mfa_authd_reply reply = {
		.user = "",
		.text = { (const unsigned char *)line + start, strlen(line) - start },
		.is_cut = start > 0,
	};
	int err = mfa_authd_pack_reply(&reply, payload, &len);
	return err != MFA_OK ? err
			     : mfa_packet_send(module, MFA_AUTHD_REPLY,
					       (struct mfa_span){ payload, len }, 0);
}

int steps_fixture_begin(const char *config, const struct steps_login *login,
			struct steps_fixture *ret_fixture)
{
	int ends[2];
	int err = desk_begin(config, false, &ret_fixture->desk);
	if (err == MFA_OK &&
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		err = MFA_ERR_IO;
	if (err != MFA_OK)
		return err;
	ret_fixture->desk.connection = ends[0];
	ret_fixture->module = ends[1];
	ret_fixture->visit = (struct visit){ .accepted_ms = mfa_boottime_ms() };
	ret_fixture->visit.session.channel = -1;
	err = steps_fixture_send_begin(ret_fixture->module, login);
	for (unsigned i = 0; i < REPLIES && err == MFA_OK && login->reply != NULL; i++)
		err = steps_fixture_send_reply(ret_fixture->module, login);
	return err;
}

/* As the parent waits. */
static void wait_for_device(const struct visit *visit)
{
	struct pollfd channel = { .fd = visit->session.channel, .events = POLLIN };
	int64_t left = visit->session.deadline_ms - mfa_monotonic_ms();
	(void)poll(&channel, 1, left > 0 ? (int)left : 0);
}

void steps_fixture_run(struct steps_fixture *fixture)
{
	struct visit *visit = &fixture->visit;
	for (unsigned i = 0; i < STEPS_MAX; i++) {
		if (visit->wait == VISIT_BEGIN || visit->wait == VISIT_REPLY) {
			steps_message(&fixture->desk, visit);
		} else if (visit->wait == VISIT_DEVICE) {
			wait_for_device(visit);
			steps_device(&fixture->desk, visit);
		} else {
			return;
		}
	}
	steps_gone(&fixture->desk, visit);
}

void steps_fixture_end(struct steps_fixture *fixture)
{
	mfa_close_fd(&fixture->module);
	mfa_close_fd(&fixture->desk.connection);
	desk_done(&fixture->desk);
}

void steps_fixture_hear(int module, struct steps_heard *inout_heard)
{
	unsigned char bytes[MFA_PACKET_SIZE];
	struct mfa_authd_verdict verdict;
	ssize_t got = 0;
	/* what was left unread at the other end is told first, and once */
	(void)recv(module, bytes, 0, MSG_DONTWAIT | MSG_PEEK);
	while ((got = recv(module, bytes, sizeof bytes, MSG_DONTWAIT)) > 0) {
		struct mfa_span payload = { bytes + 1, (size_t)got - 1 };
		inout_heard->has_taken |= bytes[0] == MFA_AUTHD_TAKEN;
		if (bytes[0] != MFA_AUTHD_VERDICT ||
		    mfa_authd_unpack_verdict(payload, &verdict) != MFA_OK)
			continue;
		inout_heard->has_verdict = true;
		inout_heard->verdict = verdict.verdict;
	}
}
