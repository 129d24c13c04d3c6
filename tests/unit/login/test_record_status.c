/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/login/record_status.c, through mfa_auth_run: records that are of another person, or
 * of nobody. */
#include "login/record_status.h"

#include <string.h>

#include "login.h"

enum {
	TARO = 1001,
	ANOTHER = 1002,
};

static const char not_enrolled[] =
	"You have no authenticator enrolled, so you cannot log "
	"in. Ask your system administrator.";

static int setup(void **state)
{
	if (enrolled_setup(state) != 0)
		return -1;
	enroll(store_of(state), "hanako", &hotp_spec, 1);
	return 0;
}

#define with_records(test) cmocka_unit_test_setup_teardown(test, setup, host_teardown)

/* taro's record becomes one like this. */
static void change_record(void **state, const struct mfa_record *like)
{
	struct mfa_record *record = stored_record(store_of(state), "taro");
	record->has_uid = like->has_uid;
	record->uid = like->uid;
	record->is_retired = like->is_retired;
	record->is_moving = like->is_moving;
	assert_int_equal(mfa_store_swap(store_of(state), record, NULL), MFA_OK);
	mfa_record_free(&record);
}

/* -1: none. */
static int64_t uid_of(void **state, const char *user)
{
	struct mfa_record *record = stored_record(store_of(state), user);
	int64_t uid = record->has_uid ? (int64_t)record->uid : -1;
	mfa_record_free(&record);
	return uid;
}

static void the_first_right_code_tells_whose_it_is(void **state)
{
	struct code code = code_of(&totp_spec, STEP);
	struct code wrong = wrong_code(&totp_spec, STEP);
	struct attempt attempt = { .answer = wrong.text, .has_uid = true, .uid = TARO };
	assert_outcome(login(state, attempt), MFA_DENY, MFA_REASON_WRONG);
	assert_int_equal(uid_of(state, "taro"), -1);
	uint32_t before = generation_of(state, "taro");
	attempt.answer = code.text;
	assert_outcome(login(state, attempt), MFA_ALLOW, MFA_REASON_RIGHT);
	assert_int_equal(uid_of(state, "taro"), TARO);
	/* in the write that there is anyway */
	assert_in_range(generation_of(state, "taro"), before + 1, before + 2);
	code = code_of(&totp_spec, STEP + 1);
	attempt = (struct attempt){ .answer = code.text, .now = NOW + 30 };
	assert_outcome(login(state, attempt), MFA_ALLOW, MFA_REASON_RIGHT);
	assert_int_equal(uid_of(state, "taro"), TARO);
}

static void who_is_not_known_is_remembered_by_nothing(void **state)
{
	struct code code = code_of(&totp_spec, STEP);
	struct attempt attempt = { .answer = code.text, .is_name_service_down = true };
	assert_outcome(login(state, attempt), MFA_ALLOW, MFA_REASON_RIGHT);
	assert_int_equal(uid_of(state, "taro"), -1);
	/* nor does the decoy remember anybody */
	attempt = (struct attempt){
		.user = "jiro", .answer = code.text, .has_uid = true, .uid = TARO
	};
	assert_outcome(login(state, attempt), MFA_DENY, MFA_REASON_NOT_ENROLLED);
	assert_int_equal(uid_of(state, decoy_of(state, "jiro").name), -1);
}

struct closed {
	struct mfa_record record;
	enum mfa_reason reason;
	const char *detail;
};

static const struct closed closed_ones[] = {
	{ { .has_uid = true, .uid = ANOTHER },
	  MFA_REASON_UID_CHANGED,
	  "the record is of user id 1002, and the account has another. The same person: "
	  "mfa-enroll adopt taro; another: mfa-enroll prune taro" },
	{ { .has_uid = true, .uid = TARO, .is_retired = true },
	  MFA_REASON_RETIRED,
	  "the record is retired: its account was deleted, or an administrator closed it. "
	  "The same person: mfa-enroll adopt taro; another: mfa-enroll prune taro" },
	{ { .has_uid = true, .uid = TARO, .is_moving = true },
	  MFA_REASON_RETIRED,
	  "a change of the user's name is not finished: run again mfa-enroll rename OLD taro" },
};

/* Whatever is typed: refused as somebody who is not enrolled is, and nothing comes of it.
 */
static void nothing_opens_a_closed_record(void **state)
{
	struct code code = code_of(&totp_spec, STEP);
	struct code wrong = wrong_code(&totp_spec, STEP);
	for (size_t i = 0; i < MFA_COUNT(closed_ones); i++) {
		const struct closed *closed = &closed_ones[i];
		const char *answers[] = { code.text, wrong.text, code.text };
		change_record(state, &closed->record);
		for (size_t j = 0; j < MFA_COUNT(answers); j++) {
			struct attempt attempt = { .answer = answers[j],
						   .has_uid = true,
						   .uid = TARO,
						   .may_explain = true };
			uint32_t before = generation_of(state, "taro");
			struct outcome outcome = login(state, attempt);
			assert_outcome(outcome, MFA_DENY, closed->reason);
			assert_int_equal(outcome.script.asked, 1);
			assert_string_equal(outcome.script.line, not_enrolled);
			assert_string_equal(outcome.diag, closed->detail);
			assert_audited(state, closed->detail);
			/* the refusal is in the record until its line is in the trail */
			assert_true(generation_of(state, "taro") > before + 1);
		}
		assert_int_equal(failures_of(state, "taro"), 0);
		assert_int_equal(counter_of(state, "taro"), 0);
	}
	change_record(state, &(struct mfa_record){ .has_uid = true, .uid = TARO });
	struct attempt attempt = { .answer = code.text, .has_uid = true, .uid = TARO };
	assert_outcome(login(state, attempt), MFA_ALLOW, MFA_REASON_RIGHT);
}

static void a_lock_is_told_to_nobody_there(void **state)
{
	struct code wrong = wrong_code(&totp_spec, STEP);
	struct attempt attempt = {
		.answer = wrong.text, .has_uid = true, .uid = TARO, .may_explain = true
	};
	for (int i = 0; i < 5; i++)
		assert_outcome(login(state, attempt), MFA_DENY, MFA_REASON_WRONG);
	assert_outcome(login(state, attempt), MFA_DENY, MFA_REASON_LOCKED);
	change_record(state, &closed_ones[0].record);
	struct outcome outcome = login(state, attempt);
	assert_outcome(outcome, MFA_DENY, MFA_REASON_UID_CHANGED);
	assert_string_equal(outcome.script.line, not_enrolled);
}

static void a_name_service_that_fails_changes_nothing(void **state)
{
	struct code code = code_of(&totp_spec, STEP);
	struct attempt attempt = { .answer = code.text, .is_name_service_down = true };
	change_record(state, &closed_ones[1].record);
	assert_outcome(login(state, attempt), MFA_DENY, MFA_REASON_RETIRED);
	change_record(state, &closed_ones[0].record);
	assert_outcome(login(state, attempt), MFA_ALLOW, MFA_REASON_RIGHT);
	assert_int_equal(uid_of(state, "taro"), ANOTHER);
}

static void it_is_no_roll_out(void **state)
{
	struct test_host *host = *state;
	host->host.config->zones[0].grace_until = NOW + 100;
	for (size_t i = 0; i < MFA_COUNT(closed_ones); i++) {
		struct attempt attempt = { .answer = "123456",
					   .has_uid = true,
					   .uid = TARO };
		change_record(state, &closed_ones[i].record);
		struct outcome outcome = login(state, attempt);
		assert_outcome(outcome, MFA_DENY, closed_ones[i].reason);
		assert_int_equal(outcome.script.asked, 1);
	}
}

/* Two names of one person at the same store. */
static void another_user_is_not_touched(void **state)
{
	struct code code = code_of(&hotp_spec, 0);
	struct attempt attempt = {
		.user = "hanako", .answer = code.text, .has_uid = true, .uid = ANOTHER
	};
	change_record(state, &closed_ones[1].record);
	assert_outcome(login(state, attempt), MFA_ALLOW, MFA_REASON_RIGHT);
	assert_int_equal(uid_of(state, "hanako"), ANOTHER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_records(the_first_right_code_tells_whose_it_is),
		with_records(who_is_not_known_is_remembered_by_nothing),
		with_records(nothing_opens_a_closed_record),
		with_records(a_lock_is_told_to_nobody_there),
		with_records(a_name_service_that_fails_changes_nothing),
		with_records(it_is_no_roll_out),
		with_records(another_user_is_not_touched),
	};
	return group_main("record_status", tests);
}
