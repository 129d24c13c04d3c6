/* SPDX-License-Identifier: BSD-2-Clause */
/* Locks of the account and clocks: lib/policy/lockout.c, and lib/login/evaluate.c and
 * lib/login/auth.c where they ask it. */
#include <stdio.h>
#include <string.h>

#include "login.h"
#include "mfa/lockout.h"

enum {
	LOCK_TIME = 900
};

static const int64_t wrong_by = 36LL * 365 * 24 * 60 * 60;

static void fail_at(const struct mfa_zone *zone, struct mfa_record *record, int64_t now)
{
	const struct mfa_guess guess = {
		.zone = zone, .bounds = zone, .is_behind_password = true, .now = now
	};
	mfa_lockout_count_failure(record, &guess);
}

/* Five wrong codes at a time. */
static struct mfa_record locked_at(const struct mfa_zone *zone, int64_t now)
{
	struct mfa_record record = { 0 };
	for (int i = 0; i < 5; i++)
		fail_at(zone, &record, now);
	assert_int_not_equal(mfa_lockout_account(zone, &record, now), MFA_LOCK_NONE);
	return record;
}

static void a_lock_of_a_clock_that_was_ahead_is_none(void **state MFA_UNUSED)
{
	static const int64_t ahead[] = { 1, 9LL * 60 * 60, 1LL << 33,
					 INT64_MAX - NOW - LOCK_TIME };
	const struct mfa_zone zone = default_zone();
	for (size_t i = 0; i < MFA_COUNT(ahead); i++) {
		struct mfa_record record = locked_at(&zone, NOW + ahead[i]);
		assert_int_equal(mfa_lockout_account(&zone, &record, NOW), MFA_LOCK_NONE);
	}
	struct mfa_record record = locked_at(&zone, NOW);
	assert_int_equal(mfa_lockout_account(&zone, &record, NOW), MFA_LOCK_TIMED);
}

static void the_next_wrong_code_locks_again_by_the_clock_of_now(void **state MFA_UNUSED)
{
	const struct mfa_zone zone = default_zone();
	struct mfa_record record = locked_at(&zone, NOW + wrong_by);
	fail_at(&zone, &record, NOW);
	assert_int_equal(mfa_lockout_account(&zone, &record, NOW), MFA_LOCK_TIMED);
	assert_int_equal(record.locked_until, NOW + LOCK_TIME);
	assert_int_equal(record.failures, 6);
	/* a lock that ends in its time gives a new round, as ever */
	int64_t now = NOW + LOCK_TIME;
	for (int i = 0; i < 4; i++)
		fail_at(&zone, &record, now);
	assert_int_equal(mfa_lockout_account(&zone, &record, now), MFA_LOCK_NONE);
	fail_at(&zone, &record, now);
	assert_int_equal(mfa_lockout_account(&zone, &record, now), MFA_LOCK_TIMED);
}

static void a_lock_of_a_clock_that_was_behind_has_ended(void **state MFA_UNUSED)
{
	const struct mfa_zone zone = default_zone();
	struct mfa_record record = locked_at(&zone, 60);
	assert_int_equal(mfa_lockout_account(&zone, &record, NOW), MFA_LOCK_NONE);
}

static void where_locks_last_until_unlocked_none_is_too_long(void **state MFA_UNUSED)
{
	struct mfa_zone zone = default_zone();
	struct mfa_record record = locked_at(&zone, NOW + wrong_by);
	zone.lock_time = 0;
	assert_int_equal(mfa_lockout_account(&zone, &record, NOW), MFA_LOCK_TIMED);
}

/* Whatever the clock shows, a lock that begins is one. */
static void a_lock_begins_at_any_time(void **state MFA_UNUSED)
{
	static const int64_t times[] = { INT64_MIN, INT32_MIN,	   -901,
					 -900,	    -899,	   -1,
					 0,	    INT32_MAX,	   1LL << 31,
					 1LL << 32, INT64_MAX - 1, INT64_MAX };
	const struct mfa_zone zone = default_zone();
	for (size_t i = 0; i < MFA_COUNT(times); i++) {
		struct mfa_record record = locked_at(&zone, times[i]);
		for (size_t j = 0; j < MFA_COUNT(times); j++)
			(void)mfa_lockout_account(&zone, &record, times[j]);
	}
	const struct mfa_record strange = { .locked_until = INT64_MIN };
	assert_int_equal(mfa_lockout_account(&zone, &strange, NOW), MFA_LOCK_FOREVER);
}

static void the_bounds_are_those_of_all_zones_that_ask(void **state MFA_UNUSED)
{
	struct mfa_zone zones[4];
	for (size_t i = 0; i < MFA_COUNT(zones); i++)
		zones[i] = default_zone();
	zones[0].totp_window = 3;
	zones[1].totp_drift = 30;
	zones[2].lock_time = 3600;
	zones[3].is_off = true;
	zones[3].totp_window = zones[3].totp_drift = 99;
	zones[3].lock_time = 0;
	char name[] = "main";
	struct mfa_config config = { .zones = zones,
				     .zone_count = 4,
				     .default_zone = name };
	struct mfa_zone bounds = mfa_zone_bounds(&config);
	assert_int_equal(bounds.totp_window, 3);
	assert_int_equal(bounds.totp_drift, 30);
	assert_int_equal(bounds.lock_time, 3600);
	zones[1].lock_time = 0; /* its locks have no end, and no length to compare */
	assert_int_equal(mfa_zone_bounds(&config).lock_time, 3600);
}

/* Who may choose the zone, as a program that is its user's own does, would end a lock by
 * a lax one. */
static void a_zone_with_short_locks_ends_no_longer_one(void **state MFA_UNUSED)
{
	struct mfa_zone strict = default_zone();
	struct mfa_zone lax = default_zone();
	strict.lock_time = 7200;
	lax.lock_time = 60;
	for (unsigned behind = 0; behind < 2; behind++) {
		struct mfa_record record = { .token_count = 0 };
		struct mfa_guess guess = { .zone = &strict,
					   .bounds = &strict,
					   .source = 7,
					   .is_behind_password = behind == 1,
					   .now = NOW };
		for (int64_t i = 0; i < strict.max_failures; i++)
			mfa_lockout_count_failure(&record, &guess);
		guess.zone = &lax;
		assert_int_equal(mfa_lockout_find(&record, &guess).until, NOW + 7200);
		guess.now = NOW + 7199;
		assert_int_equal(mfa_lockout_find(&record, &guess).until, NOW + 7200);
		guess.now = NOW + 7200;
		assert_int_equal(mfa_lockout_find(&record, &guess).scope,
				 MFA_LOCKED_NOBODY);
	}
}

static void lock_taro(void **state, int64_t until)
{
	struct mfa_record *record = stored_record(store_of(state), "taro");
	record->failures = record->round = 5;
	record->locked_until = until;
	assert_int_equal(mfa_store_swap(store_of(state), record, NULL), MFA_OK);
	mfa_record_free(&record);
}

static void a_right_code_gets_in_and_ends_it(void **state)
{
	struct code code = code_of(&totp_spec, STEP);
	struct attempt attempt = { .answer = code.text, .is_behind_password = true };
	lock_taro(state, NOW + LOCK_TIME);
	assert_outcome(login(state, attempt), MFA_DENY, MFA_REASON_LOCKED);
	lock_taro(state, NOW + wrong_by);
	assert_outcome(login(state, attempt), MFA_ALLOW, MFA_REASON_RIGHT);
	assert_int_equal(failures_of(state, "taro"), 0);
}

static void a_wrong_code_gets_one_answer_and_a_lock(void **state)
{
	struct code right = code_of(&totp_spec, STEP);
	struct code wrong = wrong_code(&totp_spec, STEP);
	lock_taro(state, NOW + wrong_by);
	struct attempt guess = { .answer = wrong.text, .is_behind_password = true };
	struct attempt good = { .answer = right.text, .is_behind_password = true };
	assert_outcome(login(state, guess), MFA_DENY, MFA_REASON_WRONG);
	assert_outcome(login(state, good), MFA_DENY, MFA_REASON_LOCKED);
	struct attempt later = { .now = NOW + LOCK_TIME };
	later.answer = code_of(&totp_spec, STEP + LOCK_TIME / 30).text;
	assert_outcome(login(state, later), MFA_ALLOW, MFA_REASON_RIGHT);
}

/* The time of a login that had to wait: a lock that began meanwhile is no wrong clock's.
 */
static int64_t clock_that_goes_on(void)
{
	static int64_t now = NOW - 60;
	return now += 60;
}

static void who_waits_for_the_record_is_locked_like_the_others(void **state)
{
	struct code code = code_of(&totp_spec, STEP);
	struct attempt attempt = { .answer = code.text, .clock = clock_that_goes_on };
	lock_taro(state, NOW + 60 + LOCK_TIME);
	assert_outcome(login(state, attempt), MFA_DENY, MFA_REASON_LOCKED);
}

static void a_code_from_the_future_is_told_to_the_administrator(void **state)
{
	struct mfa_record *record = stored_record(store_of(state), "taro");
	struct mfa_oath oath = read_token(&record->tokens[0]);
	char token[64];
	(void)snprintf(token, sizeof token, "\"token\":\"%s\"", record->tokens[0].id);
	oath.counter = STEP + 37843200; /* 36 years */
	assert_int_equal(mfa_oath_save(&oath, &record->tokens[0]), MFA_OK);
	assert_int_equal(mfa_store_swap(store_of(state), record, NULL), MFA_OK);
	mfa_record_free(&record);
	struct code code = code_of(&totp_spec, STEP);
	struct outcome outcome = login(state, (struct attempt){ .answer = code.text });
	assert_outcome(outcome, MFA_DENY, MFA_REASON_CLOCK);
	assert_non_null(strstr(outcome.diag, "refused until 2063-"));
	assert_non_null(strstr(outcome.diag, "mfa-enroll resync --future"));
	assert_audited(state,
		       "\"reason\":\"clock-behind\",\"detail\":\"refused until 2063-");
	assert_audited(state, token);
	assert_int_equal(failures_of(state, "taro"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lock_of_a_clock_that_was_ahead_is_none),
		cmocka_unit_test(the_next_wrong_code_locks_again_by_the_clock_of_now),
		cmocka_unit_test(a_lock_of_a_clock_that_was_behind_has_ended),
		cmocka_unit_test(where_locks_last_until_unlocked_none_is_too_long),
		cmocka_unit_test(a_lock_begins_at_any_time),
		cmocka_unit_test(the_bounds_are_those_of_all_zones_that_ask),
		cmocka_unit_test(a_zone_with_short_locks_ends_no_longer_one),
		enrolled(a_right_code_gets_in_and_ends_it),
		enrolled(a_wrong_code_gets_one_answer_and_a_lock),
		enrolled(who_waits_for_the_record_is_locked_like_the_others),
		enrolled(a_code_from_the_future_is_told_to_the_administrator),
	};
	return group_main("lock", tests);
}
