/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/factors/totp.c: clocks that run away, stop, go back, or were years ahead. */
#include <string.h>

#include "totp.h"

/* A token whose clock was seen to be so many steps ahead, and at first. */
static void begin(struct totp *totp, int window, int drift, int base)
{
	totp_begin(totp, &totp_spec);
	totp->zone.totp_window = window;
	struct mfa_oath oath = read_token(&totp->token);
	oath.drift = drift;
	oath.drift_base = base;
	assert_int_equal(mfa_oath_save(&oath, &totp->token), MFA_OK);
}

static void set_counter(struct totp *totp, uint64_t counter)
{
	struct mfa_oath oath = read_token(&totp->token);
	oath.counter = counter;
	assert_int_equal(mfa_oath_save(&oath, &totp->token), MFA_OK);
}

static struct mfa_clock clock_of(const struct totp *totp, int64_t now)
{
	struct mfa_clock clock = { .ahead = 99 };
	const struct mfa_factor_ops *factor = mfa_factor_find(MFA_KIND_TOTP);
	assert_int_equal(factor->read_clock(&totp->token, &totp->zone, now, &clock),
			 MFA_OK);
	return clock;
}

static int settle(struct totp *totp, int64_t now)
{
	return mfa_factor_find(MFA_KIND_TOTP)->settle(&totp->token, &totp->zone, now);
}

enum {
	FAR = 60, /* beyond any offset of the cases below */
	ENDS = 99
};

static void codes_count_around_the_learnt_drift_the_first_one_and_none(
	void **state MFA_UNUSED)
{
	static const struct {
		int window, drift, base;
		int offsets[8];
	} cases[] = {
		{ 1, 0, 0, { -1, 0, 1, ENDS } },
		{ 1, -5, 0, { -6, -5, -4, -1, 0, 1, ENDS } },
		{ 1, 2, 0, { -1, 0, 1, 2, 3, ENDS } },
		{ 1, 10, 10, { -1, 0, 1, 9, 10, 11, ENDS } },
		{ 1, 11, 10, { -1, 0, 1, 9, 10, 11, 12, ENDS } },
		/* no room for all: codes typed early are left out */
		{ 1, 20, 10, { -1, 0, 9, 10, 19, 20, 21, ENDS } },
		{ 1, -20, -10, { -21, -20, -19, -11, -10, -1, 0, ENDS } },
		{ 0, 5, 2, { 0, 2, 5, ENDS } },
		{ 2, 20, 10, { 0, 10, 18, 19, 20, 21, 22, ENDS } },
		{ 2, 3, 0, { -1, 0, 1, 2, 3, 4, 5, ENDS } },
	};
	for (size_t i = 0; i < MFA_COUNT(cases); i++)
		for (int offset = -FAR; offset <= FAR; offset++) {
			struct totp totp;
			bool is_one = false;
			begin(&totp, cases[i].window, cases[i].drift, cases[i].base);
			for (size_t j = 0; cases[i].offsets[j] != ENDS; j++)
				is_one |= cases[i].offsets[j] == offset;
			if (check_step(&totp, STEP + offset, STEP) !=
			    (is_one ? MFA_CHECK_RIGHT : MFA_CHECK_WRONG))
				fail_msg("case %zu: offset %d", i, offset);
		}
}

/* A wide window is kept whole, and the other two are looked at all the same. */
static void seven_steps_do_or_two_more_than_a_wide_window_has(void **state MFA_UNUSED)
{
	for (int window = 0; window <= 10; window++) {
		unsigned count = 0;
		int whole = 2 * window + 1;
		int most = whole == 1 ? 3 : whole + 2 > 7 ? whole + 2 : 7;
		for (int offset = -FAR; offset <= FAR; offset++) {
			struct totp totp;
			begin(&totp, window, -40, 40);
			bool is_right =
				check_step(&totp, STEP + offset, STEP) == MFA_CHECK_RIGHT;
			count += is_right;
			bool is_learnt = offset >= -40 - window && offset <= -40 + window;
			if (is_learnt || offset == 0 || offset == 40)
				assert_true(is_right);
		}
		assert_int_equal(count, most);
	}
}

/* Without NTP the host's clock runs away, and the drift follows; then it is set right. */
static void a_clock_that_is_set_right_keeps_nobody_out(void **state MFA_UNUSED)
{
	struct totp totp;
	totp_begin(&totp, &totp_spec);
	int64_t day = STEP;
	for (int fast = 0; fast <= 10; fast++, day += 2880)
		assert_int_equal(check_step(&totp, day, day + fast), MFA_CHECK_RIGHT);
	assert_int_equal(read_token(&totp.token).drift, -10);
	assert_int_equal(check_step(&totp, day, day), MFA_CHECK_RIGHT);
	assert_int_equal(read_token(&totp.token).drift, 0);
}

/* Resynced by a host whose clock was an hour behind. */
static void so_does_one_that_was_wrong_at_the_resync(void **state MFA_UNUSED)
{
	struct totp totp;
	begin(&totp, 1, 120, 120);
	int64_t now = STEP;
	assert_int_equal(check_step(&totp, now, now), MFA_CHECK_RIGHT);
	assert_int_equal(read_token(&totp.token).drift, 0);
	/* from there it is followed as far as from the resync */
	for (int drift = 1; drift <= 12; drift++) {
		now += 2880;
		(void)check_step(&totp, now + drift, now);
	}
	assert_int_equal(read_token(&totp.token).drift, 10);
	assert_int_equal(read_token(&totp.token).drift_base, 120);
	assert_int_equal(check_step(&totp, now + 2880 + 119, now + 2880),
			 MFA_CHECK_RIGHT);
	assert_int_equal(read_token(&totp.token).drift, 119);
}

static void a_code_of_one_window_is_used_up_in_the_others(void **state MFA_UNUSED)
{
	struct totp totp;
	begin(&totp, 1, -5, 0);
	assert_int_equal(check_step(&totp, STEP, STEP), MFA_CHECK_RIGHT);
	/* five steps on, where the learnt drift was */
	begin(&totp, 1, -5, 0);
	set_counter(&totp, STEP);
	assert_int_equal(check_step(&totp, STEP, STEP + 5), MFA_CHECK_USED);
	assert_int_equal(check_step(&totp, STEP - 1, STEP), MFA_CHECK_USED);
	assert_int_equal(check_step(&totp, STEP + 1, STEP + 5), MFA_CHECK_RIGHT);
}

static void the_clock_is_told_of_when_no_window_reaches_the_last_code(
	void **state MFA_UNUSED)
{
	struct totp totp;
	begin(&totp, 1, -5, 20);
	set_counter(&totp, STEP + 20);
	assert_int_equal(check_step(&totp, STEP - 5, STEP), MFA_CHECK_USED);
	set_counter(&totp, STEP + 21);
	assert_int_equal(check_step(&totp, STEP - 5, STEP), MFA_CHECK_CLOCK);
}

static void the_agreement_of_two_clocks_is_told(void **state MFA_UNUSED)
{
	struct totp totp;
	begin(&totp, 1, -5, 2);
	struct mfa_clock clock = clock_of(&totp, NOW);
	assert_int_equal(clock.ahead, -150);
	assert_int_equal(clock.ahead_at_first, 60);
	assert_int_equal(clock.followed, 300);
	assert_int_equal(clock.refused_until, 0);
	assert_false(clock.is_far);
	assert_false(clock.is_used);
	for (int sign = -1; sign <= 1; sign += 2) {
		begin(&totp, 1, sign * 7, 0);
		assert_false(clock_of(&totp, NOW).is_far);
		begin(&totp, 1, sign * 8, 0);
		assert_true(clock_of(&totp, NOW).is_far);
		begin(&totp, 1, sign * 8, sign * 12);
		assert_false(clock_of(&totp, NOW).is_far);
	}
	begin(&totp, 1, 0, 0);
	totp.zone.totp_drift = 0;
	assert_false(clock_of(&totp, NOW).is_far);
	totp.token.data[0] = 99;
	assert_int_equal(mfa_factor_find(MFA_KIND_TOTP)
				 ->read_clock(&totp.token, &totp.zone, NOW, &clock),
			 MFA_ERR_INTEGRITY);
	assert_int_equal(settle(&totp, NOW), MFA_ERR_INTEGRITY);
}

static void what_is_refused_works_again_from_the_time_that_is_told(
	void **state MFA_UNUSED)
{
	struct totp totp;
	begin(&totp, 1, 0, 0);
	set_counter(&totp, STEP + 1);
	assert_int_equal(clock_of(&totp, NOW).refused_until, 0);
	set_counter(&totp, STEP + 1000);
	int64_t until = clock_of(&totp, NOW).refused_until;
	assert_int_equal(until, NOW + 999 * 30);
	struct code wrong = wrong_code(&totp_spec, STEP);
	assert_int_equal(check_text(&totp, wrong.text, until - 1), MFA_CHECK_CLOCK);
	assert_int_not_equal(check_text(&totp, wrong.text, until), MFA_CHECK_CLOCK);
	assert_int_equal(clock_of(&totp, until - 1).refused_until, until);
	assert_int_equal(clock_of(&totp, until).refused_until, 0);
}

/* No code that somebody may have seen until now is accepted ever after. */
static void a_settled_token_takes_later_codes_alone(void **state MFA_UNUSED)
{
	static const struct {
		int drift, base;
	} cases[] = { { 0, 0 }, { -5, 0 }, { 3, 1 }, { 240, 240 } };
	for (size_t i = 0; i < MFA_COUNT(cases); i++) {
		struct totp totp;
		begin(&totp, 1, cases[i].drift, cases[i].base);
		assert_int_equal(settle(&totp, NOW), MFA_ERR_NOTFOUND);
		set_counter(&totp, STEP + 20000000);
		assert_int_equal(settle(&totp, NOW), MFA_OK);
		assert_int_equal(settle(&totp, NOW), MFA_ERR_NOTFOUND);
		assert_int_equal(clock_of(&totp, NOW).refused_until, 0);
		for (int offset = -FAR; offset <= 241; offset++)
			assert_int_not_equal(check_step(&totp, STEP + offset, STEP),
					     MFA_CHECK_RIGHT);
		int64_t next = STEP + cases[i].drift + 10;
		assert_int_equal(check_step(&totp, next, STEP + 10), MFA_CHECK_RIGHT);
	}
}

/* 1901, 1970, 2038, 2106, and the ends of what a number holds: no code is right that is
 * not of its time, and nothing overflows (the sanitizers look). */
static void no_time_is_too_far(void **state MFA_UNUSED)
{
	static const int64_t times[] = { INT64_MIN,
					 INT64_MIN + 1,
					 INT32_MIN,
					 -31,
					 -1,
					 0,
					 1,
					 INT32_MAX,
					 1LL << 31,
					 UINT32_MAX,
					 1LL << 32,
					 1LL << 62,
					 INT64_MAX - 1,
					 INT64_MAX };
	static const uint64_t counters[] = { 0, STEP, INT64_MAX / 2 };
	static const int drifts[] = { INT16_MIN, -10, 0, INT16_MAX };
	const struct mfa_factor_ops *factor = mfa_factor_find(MFA_KIND_TOTP);
	for (size_t i = 0; i < MFA_COUNT(times) * MFA_COUNT(counters); i++)
		for (size_t j = 0; j < MFA_COUNT(drifts) * MFA_COUNT(drifts); j++) {
			struct totp totp;
			int64_t now = times[i / MFA_COUNT(counters)];
			uint64_t counter = counters[i % MFA_COUNT(counters)];
			begin(&totp, 10, drifts[j / 4], drifts[j % 4]);
			totp.zone.totp_drift = 100;
			set_counter(&totp, counter);
			(void)check_text(&totp, "000000", now);
			(void)clock_of(&totp, now);
			(void)settle(&totp, now);
			assert_in_range(read_token(&totp.token).counter, 0, counter);
		}
	for (size_t i = 0; i < MFA_COUNT(times); i++) {
		struct totp totp;
		begin(&totp, 1, 0, 0);
		struct mfa_attempt attempt = { "000000", 6, times[i], &totp.zone, NULL };
		(void)factor->resync(&totp.token, &attempt, &attempt);
		int64_t step = times[i] / 30;
		if (step <= 0 || step > (int64_t)1 << 40)
			continue;
		begin(&totp, 1, 0, 0);
		assert_int_equal(check_step(&totp, step, step), MFA_CHECK_RIGHT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			codes_count_around_the_learnt_drift_the_first_one_and_none),
		cmocka_unit_test(seven_steps_do_or_two_more_than_a_wide_window_has),
		cmocka_unit_test(a_clock_that_is_set_right_keeps_nobody_out),
		cmocka_unit_test(so_does_one_that_was_wrong_at_the_resync),
		cmocka_unit_test(a_code_of_one_window_is_used_up_in_the_others),
		cmocka_unit_test(
			the_clock_is_told_of_when_no_window_reaches_the_last_code),
		cmocka_unit_test(the_agreement_of_two_clocks_is_told),
		cmocka_unit_test(what_is_refused_works_again_from_the_time_that_is_told),
		cmocka_unit_test(a_settled_token_takes_later_codes_alone),
		cmocka_unit_test(no_time_is_too_far),
	};
	return group_main("totp_clock", tests);
}
