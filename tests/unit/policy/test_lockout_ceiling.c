/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/policy/lockout.c: the ceiling, the table of sources, clocks. */
#include <sodium.h>

#include "guesses.h"

/* At a hundred of one account, by whatever sources. */

static struct mfa_record at_ceiling(const struct mfa_zone *zone)
{
	struct mfa_record record = { 0 };
	for (char source = 'A'; source < 'A' + 20; source++)
		assert_int_equal(fail_from(zone, &record, source, NOW, 9), 5);
	assert_true(mfa_lockout_is_at_ceiling(&record));
	return record;
}

static struct mfa_guess local_guess(const struct mfa_zone *zone, char source, int64_t now)
{
	struct mfa_guess guess = guess_of(zone, source, now);
	guess.is_local = true;
	return guess;
}

static void many_sources_have_a_hundred_guesses(void **state MFA_UNUSED)
{
	const struct mfa_zone zone = default_zone();
	struct mfa_record record = { 0 };
	unsigned judged = 0;
	for (int round = 0; round < 50; round++)
		for (unsigned source = 1; source < 200; source++)
			judged += fail_from(&zone, &record, (char)source,
					    NOW + round * DAY, 1);
	assert_int_equal(judged, 100);
}

static void at_the_ceiling_only_this_machine_is_judged(void **state MFA_UNUSED)
{
	const struct mfa_zone zone = default_zone();
	const struct mfa_record record = at_ceiling(&zone);
	assert_lock(find_lock(&zone, &record, 'z', NOW + 365LL * DAY),
		    MFA_LOCKED_ELSEWHERE, MFA_LOCKED_FOREVER);
	const struct mfa_guess guess = local_guess(&zone, 'z', NOW);
	assert_int_equal(mfa_lockout_find(&record, &guess).scope, MFA_LOCKED_NOBODY);
	struct mfa_guess behind = guess_of(&zone, 'z', NOW);
	behind.is_behind_password = true;
	assert_int_equal(mfa_lockout_find(&record, &behind).scope, MFA_LOCKED_NOBODY);
}

static void this_machine_is_judged_once_in_lock_time(void **state MFA_UNUSED)
{
	const struct mfa_zone zone = default_zone();
	struct mfa_record record = at_ceiling(&zone);
	for (int64_t now = NOW; now < NOW + 5 * LOCK_TIME; now += LOCK_TIME) {
		struct mfa_guess guess = local_guess(&zone, 'z', now);
		assert_true(try_wrong(&record, &guess));
		assert_lock(mfa_lockout_find(&record, &guess), MFA_LOCKED_SOURCE,
			    now + LOCK_TIME);
		guess.now += LOCK_TIME - 1;
		assert_false(try_wrong(&record, &guess));
		/* one who wastes the turns of one terminal does not waste another's */
		struct mfa_guess other = local_guess(&zone, 'y', now);
		assert_int_equal(mfa_lockout_find(&record, &other).scope,
				 MFA_LOCKED_NOBODY);
	}
	assert_int_equal(record.failures, 100);
}

static void a_right_code_at_this_machine_opens_the_account(void **state MFA_UNUSED)
{
	const struct mfa_zone zone = default_zone();
	struct mfa_record record = at_ceiling(&zone);
	succeed_from(&zone, &record, 'z', NOW);
	assert_false(mfa_lockout_is_at_ceiling(&record));
	assert_false(is_locked_out(&zone, &record, 'y', NOW));
	assert_true(
		is_locked_out(&zone, &record, 'A' + 19, NOW)); /* they stay as they are */
}

static void no_turn_at_the_ceiling_is_without_end(void **state MFA_UNUSED)
{
	struct mfa_zone zone = default_zone();
	zone.lock_time = 0;
	struct mfa_record record = at_ceiling(&zone);
	struct mfa_guess guess = local_guess(&zone, 'z', NOW);
	assert_true(try_wrong(&record, &guess));
	assert_lock(mfa_lockout_find(&record, &guess), MFA_LOCKED_SOURCE, NOW + 900);
	guess.now += 900;
	assert_true(try_wrong(&record, &guess));
	guess.now -= 365LL * DAY; /* the clock was wrong */
	assert_true(try_wrong(&record, &guess));
}

/* Who was locked for a day before gets no turns each quarter of an hour. */
static void at_the_ceiling_a_source_waits_as_long_as_before(void **state MFA_UNUSED)
{
	const struct mfa_zone zone = default_zone();
	struct mfa_record record = { 0 };
	struct mfa_guess guess = local_guess(&zone, 'a', NOW);
	for (unsigned round = 0; round < 9; round++) {
		assert_int_equal(fail_from(&zone, &record, 'a', guess.now, 5), 5);
		guess.now = mfa_lockout_find(&record, &guess).until;
	}
	record.failures = 100;
	assert_true(try_wrong(&record, &guess));
	assert_lock(mfa_lockout_find(&record, &guess), MFA_LOCKED_SOURCE,
		    guess.now + DAY);
}

static struct mfa_guess console_guess(const struct mfa_zone *zone, char source,
				      int64_t now)
{
	struct mfa_guess guess = local_guess(zone, source, now);
	guess.is_at_console = true;
	return guess;
}

/* A wrong code of each of so many; how many were judged. */
static unsigned waste_turns(const struct mfa_zone *zone, struct mfa_record *record,
			    char first, unsigned count,
			    struct mfa_guess (*make)(const struct mfa_zone *, char,
						     int64_t))
{
	unsigned judged = 0;
	for (unsigned i = 0; i < count; i++) {
		const struct mfa_guess guess =
			make(zone, (char)((unsigned)first + i), NOW);
		judged += try_wrong(record, &guess);
	}
	return judged;
}

/* As many as can be remembered: else two could guess on by turns. */
static void ten_at_this_machine_have_turns(void **state MFA_UNUSED)
{
	const struct mfa_zone zone = default_zone();
	struct mfa_record record = at_ceiling(&zone);
	assert_int_equal(waste_turns(&zone, &record, 'a', 20, local_guess), 10);
	assert_int_equal(waste_turns(&zone, &record, 'a', 20, local_guess), 0);
	struct mfa_guess guess = local_guess(&zone, 'z', NOW);
	assert_int_equal(mfa_lockout_find(&record, &guess).scope, MFA_LOCKED_ELSEWHERE);
	guess.now = NOW + LOCK_TIME;
	assert_int_equal(mfa_lockout_find(&record, &guess).scope, MFA_LOCKED_NOBODY);
	/* long locks of before are no hindrance */
	record = at_ceiling(&zone);
	for (unsigned i = 0; i < MFA_SOURCES_MAX; i++)
		record.sources[i] =
			(struct mfa_source){ .id = i + 1, .time = NOW + DAY, .locks = 9 };
	guess.now = NOW;
	assert_int_equal(mfa_lockout_find(&record, &guess).scope, MFA_LOCKED_NOBODY);
}

/* Users with sessions there cannot take the console's turns, wherever they were
 * remembered before, and who wastes those has others wait for lock_time. */
static void the_console_waits_for_nobody_else(void **state MFA_UNUSED)
{
	const struct mfa_zone zone = default_zone();
	struct mfa_record record = { 0 };
	for (unsigned i = 0; i < MFA_SOURCES_MAX; i++)
		record.sources[i] = (struct mfa_source){
			.id = 'a' + i, .time = NOW - 1, .round = 1, .locks = 9
		};
	record.failures = MFA_LOCKOUT_CEILING;
	assert_int_equal(waste_turns(&zone, &record, 'a', 20, local_guess), 10);
	assert_int_equal(waste_turns(&zone, &record, 'A', 20, console_guess), 2);
	assert_int_equal(waste_turns(&zone, &record, 'a', 20, local_guess), 0);
	struct mfa_guess guess = console_guess(&zone, 'z', NOW + LOCK_TIME - 1);
	assert_int_equal(mfa_lockout_find(&record, &guess).scope, MFA_LOCKED_ELSEWHERE);
	guess.now++;
	for (unsigned i = 0; i < 5; i++, guess.now += LOCK_TIME) {
		assert_true(try_wrong(&record, &guess));
		assert_lock(mfa_lockout_find(&record, &guess), MFA_LOCKED_SOURCE,
			    guess.now + LOCK_TIME);
	}
}

/* Another zone's wait is no wrong clock's: the store is one for both. */
static void a_wait_holds_beside_any_other_zone(void **state MFA_UNUSED)
{
	static const int64_t lock_times[] = { 0, 1, 60, 300, LOCK_TIME, 2 * DAY };
	for (size_t i = 0; i < MFA_COUNT(lock_times) * MFA_COUNT(lock_times); i++) {
		struct mfa_zone zone = default_zone();
		struct mfa_zone bounds = default_zone();
		zone.lock_time = lock_times[i % MFA_COUNT(lock_times)];
		bounds.lock_time = lock_times[i / MFA_COUNT(lock_times)];
		if (bounds.lock_time < zone.lock_time)
			continue; /* they are the greatest of all zones */
		for (unsigned kind = 0; kind < 2; kind++) {
			struct mfa_record record = { .failures = MFA_LOCKOUT_CEILING };
			unsigned judged = 0;
			int64_t rest = zone.lock_time > 0 ? zone.lock_time : 900;
			for (int64_t at = 0; at < rest; at += (rest + 99) / 100) {
				struct mfa_guess guess =
					local_guess(&zone, 'z', NOW + at);
				guess.is_at_console = kind == 1;
				guess.bounds = &bounds;
				judged += try_wrong(&record, &guess);
			}
			assert_int_equal(judged, 1);
		}
	}
}

/* A long lock of before, or of a clock that was ahead, is none for the console. */
static void the_console_waits_no_longer_for_what_was_before(void **state MFA_UNUSED)
{
	const struct mfa_zone zone = default_zone();
	for (unsigned kind = 0; kind < 3; kind++) {
		struct mfa_record record = { .failures = MFA_LOCKOUT_CEILING };
		record.sources[0] = (struct mfa_source){
			.id = 'z',
			.time = kind == 2 ? MFA_LOCKED_FOREVER : NOW + 20 * 3600,
			.round = kind == 1 ? UINT8_MAX : 0,
			.locks = 9,
		};
		struct mfa_guess guess = console_guess(&zone, 'z', NOW);
		assert_true(try_wrong(&record, &guess));
		assert_lock(mfa_lockout_find(&record, &guess), MFA_LOCKED_SOURCE,
			    NOW + LOCK_TIME);
		guess.is_at_console = false; /* who runs su there has had it, too */
		assert_false(try_wrong(&record, &guess));
	}
}

/* Behind a right password the account was cleared, and all twelve still waited: a wrong
 * code of anybody else must be remembered. */
static void when_the_ceiling_is_over_others_find_a_place(void **state MFA_UNUSED)
{
	const struct mfa_zone zone = default_zone();
	struct mfa_record record = { .failures = MFA_LOCKOUT_CEILING };
	assert_int_equal(waste_turns(&zone, &record, 'A', 20, console_guess), 12);
	record.failures = 0;
	assert_int_equal(fail_from(&zone, &record, 'z', NOW, 20), 5);
}

/* A source that has to leave the console's places takes along what is known of it. */
static void who_makes_room_for_the_console_is_not_forgotten(void **state MFA_UNUSED)
{
	const struct mfa_zone zone = default_zone();
	struct mfa_record record = { .failures = MFA_LOCKOUT_CEILING };
	record.sources[MFA_SOURCES_MAX - 1] =
		(struct mfa_source){ .id = 'a', .time = NOW - 1, .round = 1, .locks = 9 };
	struct mfa_guess guess = local_guess(&zone, 'a', NOW);
	assert_true(try_wrong(&record, &guess));
	assert_int_equal(record.sources[MFA_SOURCES_MAX - 1].id, 0);
	assert_lock(mfa_lockout_find(&record, &guess), MFA_LOCKED_SOURCE, NOW + DAY);
}

/* The table. */

static bool remembers(const struct mfa_record *record, uint64_t id)
{
	for (unsigned i = 0; i < MFA_SOURCES_MAX; i++)
		if (record->sources[i].id == id)
			return true;
	return false;
}

/* Twelve entries that matter, the first of them as given: who gives way to another? */
static void assert_gives_way(struct mfa_source first, bool does)
{
	const struct mfa_zone zone = default_zone();
	struct mfa_record record = { 0 };
	first.id = 1;
	record.sources[5] = first;
	for (unsigned i = 0; i < MFA_SOURCES_MAX; i++)
		if (i != 5)
			record.sources[i] = (struct mfa_source){ .id = 100 + i,
								 .time = NOW - 50,
								 .round = 2 };
	(void)fail_from(&zone, &record, 'z', NOW, 1);
	assert_true(remembers(&record, 'z'));
	assert_int_equal(remembers(&record, 1), !does);
}

static void who_matters_least_gives_way(void **state MFA_UNUSED)
{
	assert_gives_way((struct mfa_source){ 0 }, true);
	assert_gives_way((struct mfa_source){ .time = NOW - 60, .round = 4 }, true);
	assert_gives_way((struct mfa_source){ .time = NOW - 60, .locks = 9 }, true);
	assert_gives_way((struct mfa_source){ .time = NOW + DAY, .round = 4 }, true);
	assert_gives_way((struct mfa_source){ .time = NOW + 99LL * DAY, .locks = 1 },
			 true); /* a wrong clock's */
	assert_gives_way((struct mfa_source){ .time = NOW - 40, .round = 1 }, false);
	assert_gives_way((struct mfa_source){ .time = NOW + 1, .locks = 1 }, false);
	assert_gives_way((struct mfa_source){ .time = -1, .locks = 1 }, false);
}

static void of_locked_ones_the_one_that_ends_first_gives_way(void **state MFA_UNUSED)
{
	const struct mfa_zone zone = default_zone();
	struct mfa_record record = { 0 };
	for (unsigned i = 0; i < MFA_SOURCES_MAX; i++)
		record.sources[i] = (struct mfa_source){ .id = 1 + i,
							 .time = NOW + 100 + i,
							 .locks = 1 };
	record.sources[0].time = MFA_LOCKED_FOREVER;
	record.sources[1].round = UINT8_MAX; /* waited at the ceiling, which is over */
	for (unsigned i = 2; i <= MFA_SOURCES_MAX; i++) {
		(void)fail_from(&zone, &record, (char)(100 + i), NOW, 5);
		assert_false(remembers(&record, i));
		assert_true(remembers(&record, 100 + i));
	}
	assert_true(remembers(&record, 1));
}

static unsigned count_waiting(const struct mfa_record *record)
{
	unsigned count = 0;
	for (unsigned i = 0; i < MFA_SOURCES_MAX; i++)
		count += record->sources[i].round == UINT8_MAX;
	return count;
}

/* Whatever happened: from elsewhere there are a hundred guesses between two right codes,
 * and who comes to this machine and has not guessed is judged. */
static void run_history(const struct mfa_zone *zone)
{
	struct mfa_record record = { 0 };
	int64_t now = NOW;
	unsigned judged = 0;
	for (unsigned step = 0; step < 400; step++) {
		unsigned choice = randombytes_uniform(1000);
		char source = (char)(1 + randombytes_uniform(40));
		struct mfa_guess guess = guess_of(zone, source, now);
		guess.is_local = choice % 8 == 0;
		if (choice == 1) {
			succeed_from(zone, &record, source, now);
			judged = 0;
		} else if (try_wrong(&record, &guess) && !guess.is_local) {
			judged++;
		}
		assert_true(judged <= 100);
		guess = local_guess(zone, 'z', now);
		if (mfa_lockout_find(&record, &guess).scope != MFA_LOCKED_NOBODY)
			assert_in_range(count_waiting(&record), 10, MFA_SOURCES_MAX);
		guess.is_at_console = true;
		assert_int_equal(mfa_lockout_find(&record, &guess).scope,
				 MFA_LOCKED_NOBODY);
		guess.is_local = false;
		assert_true(mfa_lockout_find(&record, &guess).scope ==
				    MFA_LOCKED_NOBODY ||
			    record.failures == 100);
		now += (int64_t)randombytes_uniform(choice % 50 == 0 ? DAY : 100);
		now -= (int64_t)randombytes_uniform(choice % 70 == 0 ? DAY : 1);
	}
}

static void no_history_locks_out_who_has_not_guessed(void **state MFA_UNUSED)
{
	struct mfa_zone zone = default_zone();
	for (unsigned i = 0; i < 600; i++) {
		zone.lock_time = i % 3 == 0 ? 0 : i % 3 == 1 ? 10 : LOCK_TIME;
		run_history(&zone);
	}
}

/* Clocks, as test_lock.c has them for the account. */

static const int64_t times[] = {
	INT64_MIN, INT32_MIN, -86401,	 -901,		-1,	  0, 1,
	899,	   INT32_MAX, 1LL << 31, INT64_MAX - 1, INT64_MAX
};

static void a_lock_begins_at_any_time(void **state MFA_UNUSED)
{
	static const int64_t lock_times[] = { 0, 1, LOCK_TIME, 30LL * DAY };
	for (size_t i = 0; i < MFA_COUNT(times) * MFA_COUNT(lock_times); i++) {
		struct mfa_zone zone = default_zone();
		struct mfa_record record = { 0 };
		int64_t now = times[i % MFA_COUNT(times)];
		zone.lock_time = lock_times[i / MFA_COUNT(times)];
		assert_int_equal(fail_from(&zone, &record, 'a', now, 9), 5);
		assert_true(is_locked_out(&zone, &record, 'a', now));
		assert_false(is_locked_out(&zone, &record, 'b', now));
		for (size_t j = 0; j < MFA_COUNT(times); j++) {
			int64_t until = 0;
			(void)fail_from(&zone, &record, 'a', times[j], 1);
			(void)fail_from(&zone, &record, 'b', times[j], 7);
			(void)mfa_lockout_sources(&zone, &record, times[j], &until);
		}
	}
}

static void a_lock_of_a_wrong_clock_is_none(void **state MFA_UNUSED)
{
	static const int64_t ahead[] = { 1, 9LL * 60 * 60, 1LL << 33,
					 INT64_MAX - NOW - LOCK_TIME };
	const struct mfa_zone zone = default_zone();
	for (size_t i = 0; i < MFA_COUNT(ahead); i++) {
		struct mfa_record record = { 0 };
		(void)fail_from(&zone, &record, 'a', NOW + ahead[i], 5);
		assert_false(is_locked_out(&zone, &record, 'a', NOW));
		/* the next wrong code locks again, and for as long */
		assert_int_equal(fail_from(&zone, &record, 'a', NOW, 9), 1);
		assert_lock(find_lock(&zone, &record, 'a', NOW), MFA_LOCKED_SOURCE,
			    NOW + LOCK_TIME);
	}
	struct mfa_record record = { 0 };
	(void)fail_from(&zone, &record, 'a', 60, 5); /* a clock that was behind */
	assert_false(is_locked_out(&zone, &record, 'a', NOW));
	assert_int_equal(fail_from(&zone, &record, 'a', NOW, 9), 5);
}

static void a_long_lock_is_no_wrong_clocks(void **state MFA_UNUSED)
{
	const struct mfa_zone zone = default_zone();
	struct mfa_record record = { 0 };
	int64_t now = NOW;
	for (int i = 0; i < 3; i++) {
		(void)fail_from(&zone, &record, 'a', now, 5);
		now = find_lock(&zone, &record, 'a', now).until;
	}
	(void)fail_from(&zone, &record, 'a', now, 5); /* two hours: eight lock_times */
	assert_true(is_locked_out(&zone, &record, 'a', now));
	assert_false(is_locked_out(&zone, &record, 'a', now - 1));
}

static void odd_limits_of_a_zone_lock_all_the_same(void **state MFA_UNUSED)
{
	static const struct {
		int64_t max_failures;
		unsigned judged;
	} cases[] = { { INT64_MIN, 1 }, { 0, 1 }, { 1, 1 }, { 100, 100 }, { 1000, 100 } };
	for (size_t i = 0; i < MFA_COUNT(cases); i++) {
		struct mfa_zone zone = default_zone();
		struct mfa_record record = { 0 };
		zone.max_failures = cases[i].max_failures;
		assert_int_equal(fail_from(&zone, &record, 'a', NOW, 300),
				 cases[i].judged);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_sources_have_a_hundred_guesses),
		cmocka_unit_test(at_the_ceiling_only_this_machine_is_judged),
		cmocka_unit_test(this_machine_is_judged_once_in_lock_time),
		cmocka_unit_test(a_right_code_at_this_machine_opens_the_account),
		cmocka_unit_test(no_turn_at_the_ceiling_is_without_end),
		cmocka_unit_test(at_the_ceiling_a_source_waits_as_long_as_before),
		cmocka_unit_test(ten_at_this_machine_have_turns),
		cmocka_unit_test(the_console_waits_for_nobody_else),
		cmocka_unit_test(a_wait_holds_beside_any_other_zone),
		cmocka_unit_test(the_console_waits_no_longer_for_what_was_before),
		cmocka_unit_test(when_the_ceiling_is_over_others_find_a_place),
		cmocka_unit_test(who_makes_room_for_the_console_is_not_forgotten),
		cmocka_unit_test(who_matters_least_gives_way),
		cmocka_unit_test(of_locked_ones_the_one_that_ends_first_gives_way),
		cmocka_unit_test(no_history_locks_out_who_has_not_guessed),
		cmocka_unit_test(a_lock_begins_at_any_time),
		cmocka_unit_test(a_lock_of_a_wrong_clock_is_none),
		cmocka_unit_test(a_long_lock_is_no_wrong_clocks),
		cmocka_unit_test(odd_limits_of_a_zone_lock_all_the_same),
	};
	return group_main("lockout_ceiling", tests);
}
