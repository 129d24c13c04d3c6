/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/login/auth.c: whole logins over a scripted dialog and a real store. */
#include "mfa/auth.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "login.h"
#include "mfa/lockout.h"

static void the_right_code_is_let_in(void **state)
{
	struct code code = code_of(&totp_spec, STEP);
	struct outcome outcome = login(state, (struct attempt){ .answer = code.text });
	assert_outcome(outcome, MFA_ALLOW, MFA_REASON_RIGHT);
	assert_int_equal(outcome.script.asked, 1);
	assert_int_equal(outcome.script.told, 0);
	assert_string_equal(outcome.script.prompt, "One-time code: ");
	assert_string_equal(outcome.diag, "");
	struct mfa_record *record = stored_record(store_of(state), "taro");
	assert_string_equal(outcome.token, record->tokens[0].id);
	assert_int_equal(record->last_success, NOW);
	assert_int_equal(record->tokens[0].last_used, NOW);
	mfa_record_free(&record);
	assert_audited(state, "\"result\":\"allowed\",\"reason\":\"code-right\"");
	assert_audited(state, "\"user\":\"taro\"");
}

static void the_state_is_stored_before_the_verdict(void **state)
{
	struct code code = code_of(&totp_spec, STEP);
	uint32_t generation = generation_of(state, "taro");
	assert_outcome(login(state, (struct attempt){ .answer = code.text }), MFA_ALLOW,
		       MFA_REASON_RIGHT);
	assert_int_equal(counter_of(state, "taro"), STEP);
	assert_true(generation_of(state, "taro") > generation);
}

static void a_wrong_code_is_refused_and_counted(void **state)
{
	struct code code = wrong_code(&totp_spec, STEP);
	assert_outcome(login(state, (struct attempt){ .answer = code.text }), MFA_DENY,
		       MFA_REASON_WRONG);
	assert_int_equal(failures_of(state, "taro"), 1);
	assert_audited(state, "\"result\":\"denied\",\"reason\":\"code-wrong\"");
}

static void a_used_code_is_refused_and_not_counted(void **state)
{
	struct code code = code_of(&totp_spec, STEP);
	assert_outcome(login(state, (struct attempt){ .answer = code.text }), MFA_ALLOW,
		       MFA_REASON_RIGHT);
	for (int64_t later = 0; later < 60; later += 20)
		assert_outcome(login(state, (struct attempt){ .answer = code.text,
							      .now = NOW + later }),
			       MFA_DENY, MFA_REASON_USED);
	assert_int_equal(failures_of(state, "taro"), 0);
	assert_audited(state, "\"reason\":\"code-used\"");
}

/* sudo right after the login: the telephone still shows the same code. */
static void where_reasons_are_told_a_used_code_is_asked_for_again(void **state)
{
	const struct code used = code_of(&totp_spec, STEP);
	const struct code next = code_of(&totp_spec, STEP + 1);
	const char *const answers[] = { used.text, next.text, NULL };
	const char *const thrice[] = { next.text, next.text, next.text, NULL };
	struct attempt attempt = { .answer = used.text, .may_explain = true };
	assert_outcome(login(state, attempt), MFA_ALLOW, MFA_REASON_RIGHT);
	attempt.answers = answers;
	struct outcome outcome = login(state, attempt);
	assert_outcome(outcome, MFA_ALLOW, MFA_REASON_RIGHT);
	assert_int_equal(outcome.script.asked, 2);
	assert_int_equal(outcome.script.told, 0);
	assert_string_equal(outcome.script.prompts[1], "Used. Wait for next code: ");
	assert_audited(state, "\"result\":\"allowed\"");
	attempt.answers = thrice;
	outcome = login(state, attempt);
	assert_outcome(outcome, MFA_DENY, MFA_REASON_USED);
	assert_int_equal(outcome.script.asked, 3);
	assert_int_equal(outcome.script.told, 1);
	assert_int_equal(failures_of(state, "taro"), 0);
	assert_int_equal(count_audited(state, "\"reason\":\"code-used\""), 4);
	assert_int_equal(count_audited(state, "unlogged"), 0);
}

/* A program that gives password and code in one line has nothing else to give. */
static void nor_is_anything_else_asked_for_again(void **state)
{
	const struct code used = code_of(&totp_spec, STEP);
	const struct code wrong = wrong_code(&totp_spec, STEP);
	struct attempt attempt = { .answer = used.text, .may_explain = true };
	assert_outcome(login(state, attempt), MFA_ALLOW, MFA_REASON_RIGHT);
	attempt.wants_password = true;
	struct outcome outcome = login(state, attempt);
	assert_outcome(outcome, MFA_DENY, MFA_REASON_USED);
	assert_int_equal(outcome.script.asked, 1);
	attempt = (struct attempt){ .answer = wrong.text, .may_explain = true };
	outcome = login(state, attempt);
	assert_outcome(outcome, MFA_DENY, MFA_REASON_WRONG);
	assert_int_equal(outcome.script.asked, 1);
	attempt = (struct attempt){ .answer = used.text };
	outcome = login(state, attempt);
	assert_outcome(outcome, MFA_DENY, MFA_REASON_USED);
	assert_int_equal(outcome.script.asked, 1);
}

static void an_old_code_is_refused(void **state)
{
	struct code code = code_of(&totp_spec, STEP - 2);
	assert_outcome(login(state, (struct attempt){ .answer = code.text }), MFA_DENY,
		       MFA_REASON_WRONG);
}

static void a_suspended_token_is_refused(void **state)
{
	struct mfa_record *record = stored_record(store_of(state), "taro");
	record->tokens[0].state = MFA_STATE_SUSPENDED;
	assert_int_equal(mfa_store_swap(store_of(state), record, NULL), MFA_OK);
	struct code code = code_of(&totp_spec, STEP);
	assert_outcome(login(state, (struct attempt){ .answer = code.text }), MFA_DENY,
		       MFA_REASON_SUSPENDED);
	assert_int_equal(counter_of(state, "taro"), 0);
	mfa_record_free(&record);
	record = stored_record(store_of(state), "taro");
	record->tokens[0].state = MFA_STATE_ACTIVE;
	assert_int_equal(mfa_store_swap(store_of(state), record, NULL), MFA_OK);
	mfa_record_free(&record);
	assert_outcome(login(state, (struct attempt){ .answer = code.text }), MFA_ALLOW,
		       MFA_REASON_RIGHT);
}

static void fail_often(void **state, unsigned times, int64_t now)
{
	struct code code = wrong_code(&totp_spec, (uint64_t)now / 30);
	for (unsigned i = 0; i < times; i++)
		assert_outcome(
			login(state, (struct attempt){ .answer = code.text, .now = now }),
			MFA_DENY, MFA_REASON_WRONG);
}

static void a_lock_refuses_the_right_code_until_it_ends(void **state)
{
	fail_often(state, 5, NOW);
	struct code code = code_of(&totp_spec, STEP);
	assert_outcome(login(state, (struct attempt){ .answer = code.text }), MFA_DENY,
		       MFA_REASON_LOCKED);
	assert_audited(state, "\"reason\":\"locked\"");
	assert_int_equal(failures_of(state, "taro"), 5);
	struct code later = code_of(&totp_spec, STEP + 30);
	assert_outcome(
		login(state, (struct attempt){ .answer = later.text, .now = NOW + 899 }),
		MFA_DENY, MFA_REASON_LOCKED);
	assert_outcome(
		login(state, (struct attempt){ .answer = later.text, .now = NOW + 900 }),
		MFA_ALLOW, MFA_REASON_RIGHT);
	assert_int_equal(failures_of(state, "taro"), 0);
}

static void a_lock_without_end_waits_for_an_administrator(void **state MFA_UNUSED)
{
	struct test_host host;
	struct code wrong = wrong_code(&totp_spec, STEP);
	struct code right = code_of(&totp_spec, STEP);
	host_open(&host, "", "max_failures = 2\nlock_time = 0");
	enroll(host.host.store, "taro", &totp_spec, 1);
	const struct attempt guess = { .answer = wrong.text };
	const struct attempt good = { .answer = right.text };
	assert_outcome(login_on(&host, &guess), MFA_DENY, MFA_REASON_WRONG);
	assert_outcome(login_on(&host, &guess), MFA_DENY, MFA_REASON_WRONG);
	struct code much_later = code_of(&totp_spec, STEP * 2);
	const struct attempt late = { .answer = much_later.text, .now = NOW * 2LL };
	assert_outcome(login_on(&host, &late), MFA_DENY, MFA_REASON_LOCKED);
	struct mfa_record *record = stored_record(host.host.store, "taro");
	mfa_lockout_clear(record);
	assert_int_equal(mfa_store_swap(host.host.store, record, NULL), MFA_OK);
	mfa_record_free(&record);
	assert_outcome(login_on(&host, &good), MFA_ALLOW, MFA_REASON_RIGHT);
	host_close(&host);
}

static unsigned count_files(void **state)
{
	unsigned count = 0;
	DIR *folder = opendir(path_in(&((struct test_host *)*state)->box, "store/users"));
	assert_non_null(folder);
	while (readdir(folder) != NULL)
		count++;
	(void)closedir(folder);
	return count;
}

static void a_stranger_is_asked_and_refused_like_anybody(void **state)
{
	static const struct attempt strangers[] = {
		{ .user = "jiro", .answer = "123456" },
		{ .user = "nobody-has-this", .answer = "123456", .is_unknown = true },
		{ .user = "", .answer = "123456", .is_unknown = true },
		{ .user = "..", .answer = "123456", .is_unknown = true },
		{ .user = "\xff/", .answer = "123456", .is_unknown = true },
	};
	unsigned files = count_files(state);
	for (size_t i = 0; i < MFA_COUNT(strangers); i++) {
		uint32_t taros = generation_of(state, "taro");
		struct decoy decoy = decoy_of(state, strangers[i].user);
		uint32_t decoys = generation_of(state, decoy.name);
		struct outcome outcome = login(state, strangers[i]);
		assert_outcome(outcome, MFA_DENY,
			       strangers[i].is_unknown ? MFA_REASON_UNKNOWN_USER
						       : MFA_REASON_NOT_ENROLLED);
		assert_int_equal(outcome.script.asked, 1);
		assert_string_equal(outcome.script.prompt, "One-time code: ");
		assert_int_equal(outcome.script.told, 0);
		assert_string_equal(outcome.token, "");
		assert_string_equal(outcome.diag, "");
		/* the same write, but into the decoy's record */
		assert_true(generation_of(state, decoy.name) > decoys);
		assert_int_equal(generation_of(state, "taro"), taros);
		assert_int_equal(count_files(state), files);
	}
}

/* Not even the decoy's own code; and the decoy's lock is not felt. */
static void nothing_lets_a_stranger_in(void **state)
{
	struct mfa_record *decoy =
		stored_record(store_of(state), decoy_of(state, "jiro").name);
	struct mfa_token token;
	make_token(&totp_spec, &token);
	memcpy(decoy->tokens[0].data, token.data, sizeof token.data);
	assert_int_equal(mfa_store_swap(store_of(state), decoy, NULL), MFA_OK);
	mfa_record_free(&decoy);
	struct code code = code_of(&totp_spec, STEP);
	assert_outcome(
		login(state, (struct attempt){ .user = "jiro", .answer = code.text }),
		MFA_DENY, MFA_REASON_NOT_ENROLLED);
	for (int i = 0; i < 20; i++)
		assert_outcome(login(state, (struct attempt){ .user = "jiro",
							      .answer = "000000" }),
			       MFA_DENY, MFA_REASON_NOT_ENROLLED);
}

static void an_unknown_name_is_not_written_down(void **state)
{
	/* it may be a password that was typed too early, whatever comes after it */
	static const struct attempt attempts[] = {
		{ .answer = "123456" },
		{ .answer = "" },
		{ .answer = "\b\n\r\177INCORRECT" },
		{ .err = MFA_ERR_ABORT },
	};
	for (size_t i = 0; i < MFA_COUNT(attempts); i++) {
		struct attempt attempt = attempts[i];
		attempt.user = "hunter2";
		attempt.is_unknown = true;
		assert_int_not_equal(login(state, attempt).verdict, MFA_ALLOW);
		char *trail = read_text(
			path_in(&((struct test_host *)*state)->box, "audit.jsonl"));
		if (strstr(trail, "hunter2") != NULL)
			fail_msg("case %zu: %s", i, trail);
		free(trail);
	}
}

static void any_token_of_the_user_will_do(void **state)
{
	struct token_spec specs[] = { totp_spec, hotp_spec, totp_spec };
	specs[1].secret = "another secret, 20 b";
	specs[2].secret = "a third secret, 8 di";
	specs[2].digits = 8;
	enroll(store_of(state), "hanako", specs, 3);
	struct code codes[] = { code_of(&specs[0], STEP), code_of(&specs[1], 4),
				code_of(&specs[2], STEP) };
	for (size_t i = 0; i < 3; i++) {
		assert_outcome(login(state, (struct attempt){ .user = "hanako",
							      .answer = codes[i].text }),
			       MFA_ALLOW, MFA_REASON_RIGHT);
		assert_outcome(login(state, (struct attempt){ .user = "hanako",
							      .answer = codes[i].text }),
			       MFA_DENY, MFA_REASON_USED);
	}
}

static void one_users_code_is_not_anothers(void **state)
{
	struct token_spec spec = totp_spec;
	spec.secret = "another secret, 20 b";
	enroll(store_of(state), "hanako", &spec, 1);
	struct code code = code_of(&totp_spec, STEP);
	assert_outcome(
		login(state, (struct attempt){ .user = "hanako", .answer = code.text }),
		MFA_DENY, MFA_REASON_WRONG);
	assert_int_equal(failures_of(state, "taro"), 0);
}

static void a_refusal_is_explained_only_where_it_may_be(void **state)
{
	struct attempt attempt = { .user = "jiro", .answer = "123456" };
	struct outcome outcome = login(state, attempt);
	assert_int_equal(outcome.script.told, 0);
	attempt.may_explain = true;
	outcome = login(state, attempt);
	assert_int_equal(outcome.script.told, 1);
	assert_non_null(strstr(outcome.script.line, "no authenticator enrolled"));
	struct code code = code_of(&totp_spec, STEP);
	outcome = login(state,
			(struct attempt){ .answer = code.text, .may_explain = true });
	assert_outcome(outcome, MFA_ALLOW, MFA_REASON_RIGHT);
	assert_int_equal(outcome.script.told, 0);
}

static void refuse(void *context, struct mfa_auth_result *result)
{
	unsigned *calls = context;
	(*calls)++;
	assert_int_equal(result->verdict, MFA_ALLOW);
	result->verdict = MFA_DENY;
	result->reason = MFA_REASON_USER_CHANGED;
}

static void the_caller_has_the_last_word(void **state)
{
	unsigned calls = 0;
	struct code code = code_of(&totp_spec, STEP);
	assert_outcome(login(state, (struct attempt){ .answer = code.text,
						      .conclude = refuse,
						      .context = &calls }),
		       MFA_DENY, MFA_REASON_USER_CHANGED);
	assert_int_equal(calls, 1);
	/* after the commit and before the line */
	assert_int_equal(counter_of(state, "taro"), STEP);
	assert_audited(state, "\"result\":\"denied\",\"reason\":\"user-changed\"");
}

static void the_caller_is_not_asked_about_a_refusal(void **state)
{
	unsigned calls = 0;
	static const char *const answers[] = { "", "wrong!", "000000" };
	for (size_t i = 0; i < MFA_COUNT(answers); i++)
		assert_int_equal(login(state, (struct attempt){ .answer = answers[i],
								.conclude = refuse,
								.context = &calls })
					 .verdict,
				 MFA_DENY);
	assert_int_equal(calls, 0);
}

static int64_t an_hour_later(void)
{
	return NOW + 3600;
}

static void the_time_is_that_of_the_answer(void **state)
{
	struct code early = code_of(&totp_spec, STEP);
	struct code late = code_of(&totp_spec, STEP + 120);
	assert_outcome(login(state, (struct attempt){ .answer = early.text,
						      .clock = an_hour_later }),
		       MFA_DENY, MFA_REASON_WRONG);
	assert_outcome(login(state, (struct attempt){ .answer = late.text,
						      .clock = an_hour_later }),
		       MFA_ALLOW, MFA_REASON_RIGHT);
	assert_audited(state, "\"time\":\"2027-01-15T09:00:00Z\"");
}

static void the_actor_stands_in_the_trail(void **state)
{
	(void)login(state, (struct attempt){ .answer = "000000", .actor = "tester" });
	assert_audited(state, "\"actor\":\"tester\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		enrolled(the_right_code_is_let_in),
		enrolled(the_state_is_stored_before_the_verdict),
		enrolled(a_wrong_code_is_refused_and_counted),
		enrolled(a_used_code_is_refused_and_not_counted),
		enrolled(where_reasons_are_told_a_used_code_is_asked_for_again),
		enrolled(nor_is_anything_else_asked_for_again),
		enrolled(an_old_code_is_refused),
		enrolled(a_suspended_token_is_refused),
		enrolled(a_lock_refuses_the_right_code_until_it_ends),
		cmocka_unit_test(a_lock_without_end_waits_for_an_administrator),
		enrolled(a_stranger_is_asked_and_refused_like_anybody),
		enrolled(nothing_lets_a_stranger_in),
		enrolled(an_unknown_name_is_not_written_down),
		enrolled(any_token_of_the_user_will_do),
		enrolled(one_users_code_is_not_anothers),
		enrolled(a_refusal_is_explained_only_where_it_may_be),
		enrolled(the_caller_has_the_last_word),
		enrolled(the_caller_is_not_asked_about_a_refusal),
		enrolled(the_time_is_that_of_the_answer),
		enrolled(the_actor_stands_in_the_trail),
	};
	return group_main("auth", tests);
}
