/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/policy/lockout.c: whom wrong codes lock out, below the ceiling. */
#include <string.h>

#include "guesses.h"

/* Behind a right password the account itself is locked. */

static void fail_behind(const struct mfa_zone *zone, struct mfa_record *record,
			int64_t now)
{
	struct mfa_guess guess = guess_of(zone, 'a', now);
	guess.is_behind_password = true;
	mfa_lockout_count_failure(record, &guess);
}

static void behind_a_password_the_limit_locks_the_account(void **state MFA_UNUSED)
{
	struct mfa_zone zone = { .max_failures = 3, .lock_time = LOCK_TIME };
	struct mfa_record record = { 0 };
	for (uint32_t i = 1; i <= 3; i++) {
		assert_int_equal(mfa_lockout_account(&zone, &record, NOW), MFA_LOCK_NONE);
		fail_behind(&zone, &record, NOW);
		assert_int_equal(record.failures, i);
		assert_int_equal(record.last_failure, NOW);
	}
	assert_int_equal(mfa_lockout_account(&zone, &record, NOW), MFA_LOCK_TIMED);
	assert_int_equal(record.locked_until, NOW + LOCK_TIME);
	/* for everybody */
	assert_lock(find_lock(&zone, &record, 'b', NOW), MFA_LOCKED_ACCOUNT,
		    NOW + LOCK_TIME);
	assert_false(is_locked_out(&zone, &record, 'b', NOW + LOCK_TIME));
}

static void a_timed_lock_ends_with_its_time(void **state MFA_UNUSED)
{
	struct mfa_zone zone = { .lock_time = LOCK_TIME };
	struct mfa_record record = { .locked_until = NOW + LOCK_TIME };
	assert_int_equal(mfa_lockout_account(&zone, &record, NOW + LOCK_TIME - 1),
			 MFA_LOCK_TIMED);
	assert_int_equal(mfa_lockout_account(&zone, &record, NOW + LOCK_TIME),
			 MFA_LOCK_NONE);
}

static void each_lock_of_the_account_begins_a_new_round(void **state MFA_UNUSED)
{
	struct mfa_zone zone = { .max_failures = 3, .lock_time = LOCK_TIME };
	struct mfa_record record = { 0 };
	int64_t now = NOW;
	for (uint32_t round = 1; round <= 5; round++, now += LOCK_TIME) {
		for (int i = 0; i < 2; i++) {
			fail_behind(&zone, &record, now);
			assert_int_equal(mfa_lockout_account(&zone, &record, now),
					 MFA_LOCK_NONE);
		}
		fail_behind(&zone, &record, now);
		assert_int_equal(mfa_lockout_account(&zone, &record, now),
				 MFA_LOCK_TIMED);
		assert_int_equal(record.failures, 3 * round);
	}
}

static void no_lock_time_locks_the_account_until_unlocked(void **state MFA_UNUSED)
{
	struct mfa_zone zone = { .max_failures = 1, .lock_time = 0 };
	struct mfa_record record = { 0 };
	fail_behind(&zone, &record, NOW);
	assert_int_equal(mfa_lockout_account(&zone, &record, INT64_MAX),
			 MFA_LOCK_FOREVER);
	mfa_lockout_clear(&record);
	assert_int_equal(mfa_lockout_account(&zone, &record, NOW), MFA_LOCK_NONE);
	assert_int_equal(record.failures, 0);
}

static void a_hundred_behind_a_password_lock_for_everybody(void **state MFA_UNUSED)
{
	struct mfa_zone zone = { .max_failures = 5, .lock_time = 60 };
	struct mfa_record record = { 0 };
	int64_t now = NOW;
	for (uint32_t i = 1; i < 100; i++, now += 60) {
		fail_behind(&zone, &record, now);
		assert_int_not_equal(mfa_lockout_account(&zone, &record, now),
				     MFA_LOCK_FOREVER);
	}
	for (int i = 0; i < 2; i++) {
		fail_behind(&zone, &record, now);
		assert_int_equal(record.failures, 100);
		assert_int_equal(mfa_lockout_account(&zone, &record, INT64_MAX),
				 MFA_LOCK_FOREVER);
	}
	struct mfa_guess guess = guess_of(&zone, 'b', NOW);
	guess.is_local = true;
	assert_lock(mfa_lockout_find(&record, &guess), MFA_LOCKED_ACCOUNT,
		    MFA_LOCKED_FOREVER);
}

/* What strangers count does not bring somebody with the password closer to it. */
static void the_hundred_behind_a_password_are_counted_alone(void **state MFA_UNUSED)
{
	const struct mfa_zone zone = default_zone();
	struct mfa_record record = { 0 };
	for (char source = 'A'; source < 'A' + 19; source++)
		assert_int_equal(fail_from(&zone, &record, source, NOW, 9), 5);
	for (int i = 0; i < 4; i++)
		fail_behind(&zone, &record, NOW);
	assert_int_equal(record.failures, 99);
	fail_behind(&zone, &record, NOW);
	assert_int_equal(record.locked_until, NOW + LOCK_TIME);
	assert_int_equal(record.behind_password, 5);
}

static void a_success_clears_the_failures(void **state MFA_UNUSED)
{
	struct mfa_zone zone = { .max_failures = 3, .lock_time = 60 };
	struct mfa_record record = { 0 };
	fail_behind(&zone, &record, NOW);
	fail_behind(&zone, &record, NOW);
	succeed_from(&zone, &record, 'b', NOW + 1);
	assert_int_equal(record.failures, 0);
	assert_int_equal(record.behind_password, 0);
	assert_int_equal(record.last_success, NOW + 1);
	assert_int_equal(record.last_failure, NOW);
	fail_behind(&zone, &record, NOW + 2);
	fail_behind(&zone, &record, NOW + 2);
	assert_int_equal(mfa_lockout_account(&zone, &record, NOW + 2), MFA_LOCK_NONE);
}

/* Without a password in front a source is locked. */

/* a: a wrong code of source a; A: a right one. */
static void sources_are_counted_each_for_itself(void **state MFA_UNUSED)
{
	static const struct {
		const char *codes;
		const char *locked;
		uint32_t failures;
	} cases[] = {
		{ "aaaa", "", 4 },
		{ "aaaaa", "a", 5 },
		{ "aaaaaaaaa", "a", 5 }, /* what is not judged is not counted */
		{ "ababababab", "ab", 10 },
		{ "aaaabbbbccccdddd", "", 16 },
		{ "aaaabbbba", "a", 9 },
		{ "aaaaAaaaa", "", 4 }, /* the own right code forgets */
		{ "aaaaBa", "a", 1 },	/* another one does not */
		{ "aaaaaBbbbb", "a", 4 },
		{ "aaaaaBbbbbbb", "ab", 5 },
	};
	const struct mfa_zone zone = default_zone();
	for (size_t i = 0; i < MFA_COUNT(cases); i++) {
		struct mfa_record record = { 0 };
		for (const char *code = cases[i].codes; *code != '\0'; code++)
			if (*code >= 'a')
				(void)fail_from(&zone, &record, *code, NOW, 1);
			else
				succeed_from(&zone, &record, (char)(*code + 32), NOW);
		for (char source = 'a'; source <= 'e'; source++)
			if (is_locked_out(&zone, &record, source, NOW) !=
			    (strchr(cases[i].locked, source) != NULL))
				fail_msg("%s: %c", cases[i].codes, source);
		assert_int_equal(record.failures, cases[i].failures);
		assert_int_equal(record.locked_until, 0);
	}
}

/* Whatever a stranger does, others are judged, and so is who gave the password. */
static void a_locked_source_locks_nobody_else(void **state MFA_UNUSED)
{
	const struct mfa_zone zone = default_zone();
	struct mfa_record record = { 0 };
	(void)fail_from(&zone, &record, 'a', NOW, 5);
	assert_lock(find_lock(&zone, &record, 'a', NOW), MFA_LOCKED_SOURCE,
		    NOW + LOCK_TIME);
	assert_false(is_locked_out(&zone, &record, 'b', NOW));
	struct mfa_guess guess = guess_of(&zone, 'a', NOW);
	guess.is_local = true;
	assert_int_equal(mfa_lockout_find(&record, &guess).scope, MFA_LOCKED_SOURCE);
	guess.is_behind_password = true;
	assert_int_equal(mfa_lockout_find(&record, &guess).scope, MFA_LOCKED_NOBODY);
}

static void each_lock_is_twice_as_long_up_to_a_day(void **state MFA_UNUSED)
{
	static const struct {
		int64_t lock_time;
		int64_t lengths[9];
	} cases[] = {
		{ 900, { 900, 1800, 3600, 7200, 14400, 28800, 57600, DAY, DAY } },
		{ 1, { 1, 2, 4, 8, 16, 32, 64, 128, 256 } },
		{ 60000, { 60000, DAY, DAY, DAY, DAY, DAY, DAY, DAY, DAY } },
		{ 2 * DAY,
		  { 2 * DAY, 2 * DAY, 2 * DAY, 2 * DAY, 2 * DAY, 2 * DAY, 2 * DAY,
		    2 * DAY, 2 * DAY } },
	};
	for (size_t i = 0; i < MFA_COUNT(cases); i++) {
		struct mfa_zone zone = default_zone();
		struct mfa_record record = { 0 };
		int64_t now = NOW;
		zone.lock_time = cases[i].lock_time;
		for (size_t j = 0; j < MFA_COUNT(cases[i].lengths); j++) {
			int64_t end = now + cases[i].lengths[j];
			assert_int_equal(fail_from(&zone, &record, 'a', now, 9), 5);
			assert_lock(find_lock(&zone, &record, 'a', end - 1),
				    MFA_LOCKED_SOURCE, end);
			assert_false(is_locked_out(&zone, &record, 'a', end));
			now = end;
		}
	}
}

static void locks_without_end_wait_for_an_administrator(void **state MFA_UNUSED)
{
	struct mfa_zone zone = default_zone();
	struct mfa_record record = { 0 };
	zone.lock_time = 0;
	(void)fail_from(&zone, &record, 'a', NOW, 5);
	assert_lock(find_lock(&zone, &record, 'a', INT64_MAX), MFA_LOCKED_SOURCE,
		    MFA_LOCKED_FOREVER);
	assert_false(is_locked_out(&zone, &record, 'b', NOW));
	mfa_lockout_clear(&record);
	assert_false(is_locked_out(&zone, &record, 'a', NOW));
	/* not even twice as long */
	(void)fail_from(&zone, &record, 'a', NOW, 5);
	mfa_lockout_clear(&record);
	zone.lock_time = LOCK_TIME;
	(void)fail_from(&zone, &record, 'a', NOW, 5);
	assert_lock(find_lock(&zone, &record, 'a', NOW), MFA_LOCKED_SOURCE,
		    NOW + LOCK_TIME);
}

/* How many guesses one source has in so many days, when it comes as soon as it may. */
static unsigned guesses_in(int64_t length, unsigned rounds_before_rest)
{
	const struct mfa_zone zone = default_zone();
	struct mfa_record record = { 0 };
	int64_t now = NOW;
	unsigned judged = 0;
	for (unsigned round = 1; now < NOW + length; round++) {
		judged += fail_from(&zone, &record, 'a', now, 5);
		now = find_lock(&zone, &record, 'a', now).until;
		if (round % rounds_before_rest == 0)
			now += WEEK;
		succeed_from(&zone, &record, 'z', now); /* the person gets in meanwhile */
	}
	return judged;
}

static void a_source_has_few_guesses_and_waiting_is_worth_nothing(void **state MFA_UNUSED)
{
	assert_int_equal(guesses_in(DAY, UINT32_MAX), 35);
	assert_int_equal(guesses_in(7LL * DAY, UINT32_MAX), 35 + 6 * 5);
	unsigned steady = guesses_in(365LL * DAY, UINT32_MAX);
	assert_in_range(steady, 5 * 365, 5 * 365 + 35);
	for (unsigned rounds = 1; rounds < 30; rounds++)
		assert_true(guesses_in(365LL * DAY, rounds) <= steady);
}

static void a_quiet_week_is_forgotten(void **state MFA_UNUSED)
{
	const struct mfa_zone zone = default_zone();
	struct mfa_record record = { 0 };
	(void)fail_from(&zone, &record, 'a', NOW, 4);
	(void)fail_from(&zone, &record, 'b', NOW, 4);
	assert_int_equal(fail_from(&zone, &record, 'a', NOW + WEEK - 1, 9), 1);
	assert_int_equal(fail_from(&zone, &record, 'b', NOW + WEEK, 9), 5);
	int64_t end = find_lock(&zone, &record, 'a', NOW + WEEK).until;
	(void)fail_from(&zone, &record, 'a', end + WEEK, 5);
	assert_lock(find_lock(&zone, &record, 'a', end + WEEK), MFA_LOCKED_SOURCE,
		    end + WEEK + LOCK_TIME);
}

static void sources_that_are_locked_are_told_of(void **state MFA_UNUSED)
{
	struct mfa_zone zone = default_zone();
	struct mfa_record record = { 0 };
	int64_t until = 99;
	assert_int_equal(mfa_lockout_sources(&zone, &record, NOW, &until), 0);
	assert_int_equal(until, 0);
	(void)fail_from(&zone, &record, 'a', NOW, 5);
	(void)fail_from(&zone, &record, 'b', NOW + 60, 5);
	(void)fail_from(&zone, &record, 'c', NOW + 60, 4);
	assert_int_equal(mfa_lockout_sources(&zone, &record, NOW + 60, &until), 2);
	assert_int_equal(until, NOW + 60 + LOCK_TIME);
	assert_int_equal(mfa_lockout_sources(&zone, &record, NOW + LOCK_TIME, &until), 1);
	zone.lock_time = 0;
	(void)fail_from(&zone, &record, 'd', NOW, 5);
	assert_int_equal(mfa_lockout_sources(&zone, &record, NOW + 60, &until), 3);
	assert_int_equal(until, MFA_LOCKED_FOREVER);
	assert_int_equal(mfa_lockout_sources(&zone, &record, -1, &until), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(behind_a_password_the_limit_locks_the_account),
		cmocka_unit_test(a_timed_lock_ends_with_its_time),
		cmocka_unit_test(each_lock_of_the_account_begins_a_new_round),
		cmocka_unit_test(no_lock_time_locks_the_account_until_unlocked),
		cmocka_unit_test(a_hundred_behind_a_password_lock_for_everybody),
		cmocka_unit_test(the_hundred_behind_a_password_are_counted_alone),
		cmocka_unit_test(a_success_clears_the_failures),
		cmocka_unit_test(sources_are_counted_each_for_itself),
		cmocka_unit_test(a_locked_source_locks_nobody_else),
		cmocka_unit_test(each_lock_is_twice_as_long_up_to_a_day),
		cmocka_unit_test(locks_without_end_wait_for_an_administrator),
		cmocka_unit_test(a_source_has_few_guesses_and_waiting_is_worth_nothing),
		cmocka_unit_test(a_quiet_week_is_forgotten),
		cmocka_unit_test(sources_that_are_locked_are_told_of),
	};
	return group_main("lockout", tests);
}
