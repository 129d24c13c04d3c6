/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/login/unlogged.c: guesses that were counted, and whose line is missing. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "login.h"
#include "login/unlogged.h"

static uint32_t unlogged_of(void **state, const char *user)
{
	struct mfa_record *record = stored_record(store_of(state), user);
	uint32_t count = record->unlogged;
	mfa_record_free(&record);
	return count;
}

/* What a program leaves that ends between the two: a count, and no line. */
static void leave_unlogged(void **state, const char *user, uint32_t count, int64_t when)
{
	struct mfa_record *record = stored_record(store_of(state), user);
	record->unlogged += count;
	record->failures += count;
	record->last_failure = when;
	assert_int_equal(mfa_store_swap(store_of(state), record, NULL), MFA_OK);
	mfa_record_free(&record);
}

static uint64_t lines_of(void **state)
{
	struct test_host *host = *state;
	uint64_t count = 0;
	struct mfa_diag diag = { .text = "" };
	assert_done(mfa_audit_verify(host->host.audit, &diag, &count), &diag);
	return count;
}

static bool is_told(void **state, const char *words)
{
	struct test_host *host = *state;
	MFA_CLEANUP(mfa_free_string)
	char *text = read_text(path_in(&host->box, "audit.jsonl"));
	return strstr(text, words) != NULL;
}

static void a_guess_with_its_line_leaves_nothing(void **state)
{
	struct code wrong = wrong_code(&totp_spec, STEP);
	for (unsigned i = 0; i < 3; i++)
		assert_outcome(login(state, (struct attempt){ .answer = wrong.text }),
			       MFA_DENY, MFA_REASON_WRONG);
	assert_int_equal(failures_of(state, "taro"), 3);
	assert_int_equal(unlogged_of(state, "taro"), 0);
	assert_false(is_told(state, "auth.unlogged"));
}

static void a_missing_line_is_told_by_the_next_login(void **state)
{
	struct code right = code_of(&totp_spec, STEP);
	leave_unlogged(state, "taro", 2, NOW - 61);
	assert_outcome(login(state, (struct attempt){ .answer = right.text }), MFA_ALLOW,
		       MFA_REASON_RIGHT);
	assert_true(is_told(state, "\"event\":\"auth.unlogged\""));
	assert_true(is_told(state, "\"user\":\"taro\""));
	assert_true(is_told(state, "2 refusals before have no line"));
	assert_int_equal(lines_of(state), 2);
	assert_int_equal(unlogged_of(state, "taro"), 0);
	right = code_of(&totp_spec, STEP + 1);
	(void)login(state, (struct attempt){ .answer = right.text, .now = NOW + 30 });
	assert_int_equal(lines_of(state), 3);
}

static void a_refused_login_tells_it_as_well(void **state)
{
	struct code wrong = wrong_code(&totp_spec, STEP);
	leave_unlogged(state, "taro", 1, NOW - 1000);
	(void)login(state, (struct attempt){ .answer = wrong.text });
	assert_int_equal(lines_of(state), 2);
	assert_true(is_told(state, "1 refusal before has no line"));
	assert_int_equal(unlogged_of(state, "taro"), 0);
}

/* Another login may be about to write its line; its count is not taken from it. */
static void a_guess_at_the_same_time_is_none_that_is_missing(void **state)
{
	struct code wrong = wrong_code(&totp_spec, STEP);
	leave_unlogged(state, "taro", 1, NOW - 1);
	(void)login(state, (struct attempt){ .answer = wrong.text });
	assert_int_equal(lines_of(state), 1);
	assert_int_equal(unlogged_of(state, "taro"), 1);
}

/* By a clock that was wrong then, or is now. */
static void a_failure_in_the_future_hides_nothing(void **state)
{
	struct code right = code_of(&totp_spec, STEP);
	leave_unlogged(state, "taro", 1, NOW + 1000000);
	(void)login(state, (struct attempt){ .answer = right.text });
	assert_true(is_told(state, "auth.unlogged"));
}

static void the_decoys_are_told_without_a_name(void **state)
{
	leave_unlogged(state, decoy_of(state, "hanako").name, 4, NOW - 100);
	(void)login(state, (struct attempt){ .user = "hanako",
					     .answer = "123456",
					     .is_unknown = true });
	assert_true(is_told(state, "4 refusals before have no line"));
	assert_false(is_told(state, "hanako"));
}

static void without_a_trail_the_count_stays(void **state)
{
	struct test_host *host = *state;
	struct code wrong = wrong_code(&totp_spec, STEP);
	(void)login(state, (struct attempt){ .answer = wrong.text });
	give_away(path_in(&host->box, "audit.jsonl"));
	assert_outcome(login(state, (struct attempt){ .answer = wrong.text }),
		       MFA_UNAVAILABLE, MFA_REASON_FAILED);
	assert_int_equal(unlogged_of(state, "taro"), 1);
	take_back(path_in(&host->box, "audit.jsonl"));
	struct code right = code_of(&totp_spec, STEP + 4);
	assert_outcome(
		login(state, (struct attempt){ .answer = right.text, .now = NOW + 120 }),
		MFA_ALLOW, MFA_REASON_RIGHT);
	assert_true(is_told(state, "1 refusal before has no line"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		enrolled(a_guess_with_its_line_leaves_nothing),
		enrolled(a_missing_line_is_told_by_the_next_login),
		enrolled(a_refused_login_tells_it_as_well),
		enrolled(a_guess_at_the_same_time_is_none_that_is_missing),
		enrolled(a_failure_in_the_future_hides_nothing),
		enrolled(the_decoys_are_told_without_a_name),
		enrolled(without_a_trail_the_count_stays),
	};
	return group_main("unlogged", tests);
}
