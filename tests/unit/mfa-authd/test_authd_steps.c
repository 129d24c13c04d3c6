/* SPDX-License-Identifier: BSD-2-Clause */
/* The steps of a visit (steps.c, begin.c, reply.c, step.c), one by one: what each leaves
 * to be waited for, and what it sends. Whole logins are pam_module's tests. */
#include "steps.h"

#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "job.h"
#include "mfa/authd_protocol.h"
#include "support.h"

static struct {
	struct test_host host;
	struct desk desk;
	struct visit visit;
	int module; /* the module's end of the connection */
	unsigned char bytes[MFA_PACKET_SIZE];
	struct mfa_span payload; /* of the last packet */
} at;

static int setup(void **state MFA_UNUSED)
{
	int ends[2];
	host_open(&at.host, "", "");
	enroll(at.host.host.store, "root", &totp_spec, 1);
	assert_int_equal(desk_begin(path_in(&at.host.box, "mfa.conf"), false, &at.desk),
			 MFA_OK);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
	at.desk.connection = ends[0];
	at.module = ends[1];
	at.visit = (struct visit){ .accepted_ms = mfa_boottime_ms() };
	at.visit.session.channel = -1;
	return 0;
}

static int teardown(void **state MFA_UNUSED)
{
	mfa_close_fd(&at.module);
	mfa_close_fd(&at.desk.connection);
	desk_done(&at.desk);
	host_close(&at.host);
	return 0;
}

#define at_desk(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static void send_bytes(unsigned char letter, const void *bytes, size_t len)
{
	const struct mfa_span payload = { bytes, len };
	assert_int_equal(mfa_packet_send(at.module, letter, payload, 0), MFA_OK);
	steps_message(&at.desk, &at.visit);
}

/* The letter of the next packet that was sent to the module; 0: there is none. */
static unsigned char take_packet(void)
{
	struct mfa_secret buffer = { at.bytes, sizeof at.bytes };
	unsigned char letter = 0;
	return mfa_packet_receive(at.module, &buffer, 0, &letter, &at.payload) == MFA_OK
		       ? letter
		       : 0;
}

static void begin(enum mfa_authd_phase phase)
{
	unsigned char payload[MFA_PACKET_SIZE];
	size_t len = 0;
	const struct mfa_authd_begin sample = {
		phase, "root", "test", "", "", "",    "",    "",    "",
		"C",   "",     "",     "", "", false, false, false, false,
	};
	assert_int_equal(mfa_authd_pack_begin(&sample, payload, &len), MFA_OK);
	send_bytes(MFA_AUTHD_BEGIN, payload, len);
}

static void begin_with_question(void)
{
	begin(MFA_AUTHD_AUTH);
	assert_int_equal(take_packet(), MFA_AUTHD_ASK);
	assert_int_equal(at.visit.wait, VISIT_REPLY);
}

static void reply(const char *text)
{
	unsigned char payload[MFA_PACKET_SIZE];
	size_t len = 0;
	const struct mfa_authd_reply sent = {
		.user = "", .text = { (const unsigned char *)text, strlen(text) }
	};
	assert_int_equal(mfa_authd_pack_reply(&sent, payload, &len), MFA_OK);
	send_bytes(MFA_AUTHD_REPLY, payload, len);
}

static struct code code_now(void)
{
	return code_of(&totp_spec, (uint64_t)time(NULL) / 30);
}

static enum mfa_verdict take_verdict(void)
{
	struct mfa_authd_verdict verdict = { .verdict = MFA_DENY };
	unsigned char letter = take_packet();
	if (letter == MFA_AUTHD_ERROR || letter == MFA_AUTHD_INFO)
		letter = take_packet();
	assert_int_equal(letter, MFA_AUTHD_VERDICT);
	assert_int_equal(mfa_authd_unpack_verdict(at.payload, &verdict), MFA_OK);
	return verdict.verdict;
}

static void assert_last_line(const char *words)
{
	char *trail = read_text(path_in(&at.host.box, "audit.jsonl"));
	size_t len = strlen(trail);
	assert_true(len > 0);
	trail[len - 1] = '\0';
	const char *last = strrchr(trail, '\n');
	assert_non_null(strstr(last != NULL ? last : trail, words));
	free(trail);
}

static void the_right_code_lets_in(void **state MFA_UNUSED)
{
	begin_with_question();
	reply(code_now().text);
	assert_int_equal(take_packet(), MFA_AUTHD_TAKEN);
	assert_int_equal(take_verdict(), MFA_ALLOW);
	assert_int_equal(at.visit.wait, VISIT_VERDICT);
	assert_false(at.desk.is_worn);
}

static void between_steps_there_is_no_secret(void **state MFA_UNUSED)
{
	struct code code = code_now();
	begin_with_question();
	reply(code.text);
	assert_null(memmem(&at.visit, sizeof at.visit, code.text, 6));
	assert_null(memmem(at.desk.packet.data, at.desk.packet.len, code.text, 6));
	assert_null(memmem(&at.visit, sizeof at.visit, totp_spec.secret,
			   strlen(totp_spec.secret)));
}

static void a_module_of_another_version_is_refused(void **state MFA_UNUSED)
{
	send_bytes(MFA_AUTHD_BEGIN, "\2a", 2);
	assert_int_equal(take_verdict(), MFA_UNAVAILABLE);
	assert_int_equal(at.visit.wait, VISIT_END);
}

static void what_is_no_beginning_ends_it(void **state MFA_UNUSED)
{
	static const char letters[] = "RNXHVKAZ";
	for (size_t i = 0; i < strlen(letters); i++) {
		at.visit.wait = VISIT_BEGIN;
		send_bytes((unsigned char)letters[i], "123456", 6);
		assert_int_equal(at.visit.wait, VISIT_END);
		assert_int_equal(take_packet(), 0);
	}
	at.visit.wait = VISIT_BEGIN;
	send_bytes(MFA_AUTHD_BEGIN, "\1a\0taro", 7);
	assert_int_equal(at.visit.wait, VISIT_END);
	assert_int_equal(take_packet(), 0);
}

static void what_is_no_reply_fails_the_conversation(void **state MFA_UNUSED)
{
	begin_with_question();
	send_bytes(MFA_AUTHD_BEGIN, "", 0);
	assert_int_equal(take_packet(), MFA_AUTHD_TAKEN);
	assert_int_equal(take_verdict(), MFA_NO_DIALOG);
	assert_int_equal(at.visit.wait, VISIT_END);
	assert_last_line("\"result\":\"no-dialog\"");
}

static void who_goes_at_the_question_has_a_line(void **state MFA_UNUSED)
{
	begin_with_question();
	mfa_close_fd(&at.module);
	steps_message(&at.desk, &at.visit);
	assert_int_equal(at.visit.wait, VISIT_END);
	assert_last_line("\"result\":\"no-dialog\"");
}

static void who_goes_before_the_beginning_has_none(void **state MFA_UNUSED)
{
	steps_gone(&at.desk, &at.visit);
	assert_int_equal(at.visit.wait, VISIT_END);
	assert_int_not_equal(access(path_in(&at.host.box, "audit.jsonl"), F_OK), 0);
}

static void a_module_may_refuse_after_all_once(void **state MFA_UNUSED)
{
	begin_with_question();
	reply(code_now().text);
	send_bytes(MFA_AUTHD_REFUSE, "", 0);
	assert_int_equal(at.visit.wait, VISIT_END);
	assert_last_line("\"result\":\"denied\",\"reason\":\"user-changed\"");
	char *before = read_text(path_in(&at.host.box, "audit.jsonl"));
	send_bytes(MFA_AUTHD_REFUSE, "", 0);
	char *after = read_text(path_in(&at.host.box, "audit.jsonl"));
	assert_string_equal(before, after);
	free(before);
	free(after);
}

/* The process that takes them has to close them, which can take long. */
static void a_message_with_descriptors_is_not_taken(void **state MFA_UNUSED)
{
	const struct job job = { .kind = JOB_GONE };
	begin_with_question();
	assert_int_equal(job_send(at.module, &job, STDERR_FILENO, -1), MFA_OK);
	steps_message(&at.desk, &at.visit);
	assert_int_equal(at.visit.wait, VISIT_END);
	assert_true(mfa_packet_has_descriptors(at.desk.connection));
	assert_last_line("\"result\":\"no-dialog\"");
}

/* Nothing that comes then is an answer. */
static void after_the_verdict_no_code_counts(void **state MFA_UNUSED)
{
	begin_with_question();
	reply("000000");
	assert_int_equal(take_packet(), MFA_AUTHD_TAKEN);
	assert_int_equal(take_verdict(), MFA_DENY);
	assert_int_equal(at.visit.wait, VISIT_END);
	reply(code_now().text);
	assert_int_equal(take_packet(), 0);
	assert_int_equal(at.visit.wait, VISIT_END);
}

static void an_outage_wears_the_worker_out(void **state MFA_UNUSED)
{
	assert_int_equal(unlink(path_in(&at.host.box, "store.key")), 0);
	begin_with_question();
	reply(code_now().text);
	assert_int_equal(take_packet(), MFA_AUTHD_TAKEN);
	assert_int_equal(take_verdict(), MFA_UNAVAILABLE);
	assert_true(at.desk.is_worn);
}

static void the_account_phase_asks_nothing(void **state MFA_UNUSED)
{
	begin(MFA_AUTHD_ACCOUNT);
	assert_int_equal(take_verdict(), MFA_EXEMPT);
	assert_int_equal(at.visit.wait, VISIT_END);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		at_desk(the_right_code_lets_in),
		at_desk(between_steps_there_is_no_secret),
		at_desk(a_module_of_another_version_is_refused),
		at_desk(what_is_no_beginning_ends_it),
		at_desk(what_is_no_reply_fails_the_conversation),
		at_desk(who_goes_at_the_question_has_a_line),
		at_desk(who_goes_before_the_beginning_has_none),
		at_desk(a_module_may_refuse_after_all_once),
		at_desk(a_message_with_descriptors_is_not_taken),
		at_desk(after_the_verdict_no_code_counts),
		at_desk(an_outage_wears_the_worker_out),
		at_desk(the_account_phase_asks_nothing),
	};
	return group_main("authd_steps", tests);
}
