/* SPDX-License-Identifier: BSD-2-Clause */
/* The steps of a visit (steps.c, begin.c, reply.c, step.c), one by one: what each leaves
 * to be waited for, and what it sends. Whole logins are pam_module's tests. */
#include "steps.h"

#include <string.h>
#include <unistd.h>

#include "desk_fixture.h"
#include "job.h"

static struct desk_fixture at;

static int setup(void **state MFA_UNUSED)
{
	desk_fixture_open(&at, "");
	return 0;
}

static int teardown(void **state MFA_UNUSED)
{
	desk_fixture_close(&at);
	return 0;
}

#define at_desk(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static void begin_with_question(void)
{
	desk_fixture_begin(
		&at, &(const struct steps_login){ .user = "root", .service = "test" });
	assert_int_equal(module_end_take(&at.module), MFA_AUTHD_ASK);
	assert_int_equal(at.visit.wait, VISIT_REPLY);
}

static void the_right_code_lets_in(void **state MFA_UNUSED)
{
	begin_with_question();
	desk_fixture_reply(&at, desk_fixture_code().text);
	assert_int_equal(module_end_take(&at.module), MFA_AUTHD_TAKEN);
	assert_int_equal(module_end_take_verdict(&at.module), MFA_ALLOW);
	assert_int_equal(at.visit.wait, VISIT_VERDICT);
	assert_false(at.desk.is_worn);
}

static void between_steps_there_is_no_secret(void **state MFA_UNUSED)
{
	struct code code = desk_fixture_code();
	begin_with_question();
	desk_fixture_reply(&at, code.text);
	assert_null(memmem(&at.visit, sizeof at.visit, code.text, 6));
	assert_null(memmem(at.desk.packet.data, at.desk.packet.len, code.text, 6));
	assert_null(memmem(&at.visit, sizeof at.visit, totp_spec.secret,
			   strlen(totp_spec.secret)));
}

static void a_module_of_another_version_is_refused(void **state MFA_UNUSED)
{
	desk_fixture_send(&at, MFA_AUTHD_BEGIN, "\2a", 2);
	assert_int_equal(module_end_take_verdict(&at.module), MFA_UNAVAILABLE);
	assert_int_equal(at.visit.wait, VISIT_END);
}

static void what_is_no_beginning_ends_it(void **state MFA_UNUSED)
{
	static const char letters[] = "RNXHVKAZ";
	for (size_t i = 0; i < strlen(letters); i++) {
		at.visit.wait = VISIT_BEGIN;
		desk_fixture_send(&at, (unsigned char)letters[i], "123456", 6);
		assert_int_equal(at.visit.wait, VISIT_END);
		assert_int_equal(module_end_take(&at.module), 0);
	}
	at.visit.wait = VISIT_BEGIN;
	desk_fixture_send(&at, MFA_AUTHD_BEGIN, "\1a\0taro", 7);
	assert_int_equal(at.visit.wait, VISIT_END);
	assert_int_equal(module_end_take(&at.module), 0);
}

static void what_is_no_reply_fails_the_conversation(void **state MFA_UNUSED)
{
	begin_with_question();
	desk_fixture_send(&at, MFA_AUTHD_BEGIN, "", 0);
	assert_int_equal(module_end_take(&at.module), MFA_AUTHD_TAKEN);
	assert_int_equal(module_end_take_verdict(&at.module), MFA_NO_DIALOG);
	assert_int_equal(at.visit.wait, VISIT_END);
	desk_fixture_assert_line(&at, "\"result\":\"no-dialog\"");
}

static void who_goes_at_the_question_has_a_line(void **state MFA_UNUSED)
{
	begin_with_question();
	mfa_close_fd(&at.module.fd);
	steps_message(&at.desk, &at.visit);
	assert_int_equal(at.visit.wait, VISIT_END);
	desk_fixture_assert_line(&at, "\"result\":\"no-dialog\"");
}

static void who_goes_before_the_beginning_has_none(void **state MFA_UNUSED)
{
	steps_gone(&at.desk, &at.visit);
	assert_int_equal(at.visit.wait, VISIT_END);
	assert_false(desk_fixture_has_trail(&at));
}

static void a_module_may_refuse_after_all_once(void **state MFA_UNUSED)
{
	begin_with_question();
	desk_fixture_reply(&at, desk_fixture_code().text);
	desk_fixture_send(&at, MFA_AUTHD_REFUSE, "", 0);
	assert_int_equal(at.visit.wait, VISIT_END);
	desk_fixture_assert_line(&at,
				 "\"result\":\"denied\",\"reason\":\"user-changed\"");
	char *before = read_text(path_in(&at.host.box, "audit.jsonl"));
	desk_fixture_send(&at, MFA_AUTHD_REFUSE, "", 0);
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
	assert_int_equal(job_send(at.module.fd, &job, STDERR_FILENO, -1), MFA_OK);
	steps_message(&at.desk, &at.visit);
	assert_int_equal(at.visit.wait, VISIT_END);
	assert_true(mfa_packet_has_descriptors(at.desk.connection));
	desk_fixture_assert_line(&at, "\"result\":\"no-dialog\"");
}

/* Nothing that comes then is an answer. */
static void after_the_verdict_no_code_counts(void **state MFA_UNUSED)
{
	begin_with_question();
	desk_fixture_reply(&at, "000000");
	assert_int_equal(module_end_take(&at.module), MFA_AUTHD_TAKEN);
	assert_int_equal(module_end_take_verdict(&at.module), MFA_DENY);
	assert_int_equal(at.visit.wait, VISIT_END);
	desk_fixture_reply(&at, desk_fixture_code().text);
	assert_int_equal(module_end_take(&at.module), 0);
	assert_int_equal(at.visit.wait, VISIT_END);
}

static void an_outage_wears_the_worker_out(void **state MFA_UNUSED)
{
	assert_int_equal(unlink(path_in(&at.host.box, "store.key")), 0);
	begin_with_question();
	desk_fixture_reply(&at, desk_fixture_code().text);
	assert_int_equal(module_end_take(&at.module), MFA_AUTHD_TAKEN);
	assert_int_equal(module_end_take_verdict(&at.module), MFA_UNAVAILABLE);
	assert_true(at.desk.is_worn);
}

static void the_account_phase_asks_nothing(void **state MFA_UNUSED)
{
	desk_fixture_begin(&at, &(const struct steps_login){ .user = "root",
							     .service = "test",
							     .is_account = true });
	assert_int_equal(module_end_take_verdict(&at.module), MFA_EXEMPT);
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
