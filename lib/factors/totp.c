/* SPDX-License-Identifier: BSD-2-Clause */
/* TOTP (RFC 6238). A step is accepted once, and only a later one after it. */
#include "factors.h"

#include <inttypes.h>
#include <stdio.h>

#include "mfa/oath.h"

enum {
	RESYNC_SECONDS = 2 * 60 * 60, /* how far off a token's clock may be */
	WINDOW_MAX = 10,	      /* of totp_window */
	STEPS_USUAL = 7,
	STEPS_MAX = 2 * WINDOW_MAX + 3,
};

/* The time steps whose codes are compared. */
struct steps {
	int64_t now;
	int64_t last; /* the latest of them */
	uint64_t at[STEPS_MAX];
	size_t count;
	size_t room; /* how many comparisons are made, whatever count is */
};

static int64_t clamp(int64_t value, int64_t low, int64_t high)
{
	return value < low ? low : value > high ? high : value;
}

/* How many steps are compared: three windows if they are small; else the window around
 * the learnt drift and the middles of the other two, but at least seven steps. */
static size_t count_room(int64_t window)
{
	size_t whole = (size_t)(2 * window + 1);
	size_t most = whole + 2 > STEPS_USUAL ? whole + 2 : STEPS_USUAL;
	return 3 * whole < most ? 3 * whole : most;
}

static void add_step(struct steps *steps, int64_t offset)
{
	int64_t step = steps->now + offset;
	for (size_t i = 0; i < steps->count; i++)
		if (steps->at[i] == (uint64_t)step)
			return;
	if (steps->count == steps->room)
		return;
	if (step > steps->last)
		steps->last = step;
	if (step >= 0)
		steps->at[steps->count++] = (uint64_t)step;
}

/* Windows around the learnt drift, the drift at enrolment, and no drift: a drift that was
 * learnt from a wrong host clock must not lock people out when the clock is corrected. If
 * there is not room for all, earlier steps (codes typed late) come before later ones. */
static struct steps choose_steps(const struct mfa_oath *oath, const struct mfa_zone *zone,
				 int64_t now)
{
	int64_t window = clamp(zone->totp_window, 0, WINDOW_MAX);
	struct steps steps = {
		.now = now / (int64_t)oath->period,
		.last = INT64_MIN,
		.room = count_room(window),
	};
	for (int64_t i = -window; i <= window; i++)
		add_step(&steps, oath->drift + i);
	add_step(&steps, oath->drift_base);
	add_step(&steps, 0);
	for (int64_t i = 1; i <= window; i++) {
		add_step(&steps, oath->drift_base - i);
		add_step(&steps, -i);
		add_step(&steps, oath->drift_base + i);
		add_step(&steps, i);
	}
	return steps;
}

/* Makes the same number of comparisons for any code and any drift, the decoy's included,
 * so that timing reveals neither. Comparisons beyond the last step do not count. */
static int search_steps(const struct mfa_oath *oath, const struct mfa_attempt *attempt,
			const struct steps *steps, uint64_t *ret_step,
			enum mfa_check *ret_check)
{
	enum mfa_check check = MFA_CHECK_WRONG;
	uint64_t found = 0;
	for (size_t i = 0; i < steps->room; i++) {
		bool is_equal = false;
		bool is_meant = i < steps->count;
		uint64_t step = is_meant ? steps->at[i] : 0;
		int err = mfa_oath_compare(oath, step, attempt, &is_equal);
		if (err != MFA_OK)
			return err;
		bool is_new = step > oath->counter;
		if (is_meant && is_equal && is_new && check != MFA_CHECK_RIGHT) {
			check = MFA_CHECK_RIGHT;
			found = step;
		} else if (is_meant && is_equal && check == MFA_CHECK_WRONG) {
			check = MFA_CHECK_USED;
		}
	}
	/* even the latest step of the windows is before the last accepted one */
	if (steps->last < (int64_t)oath->counter)
		check = MFA_CHECK_CLOCK;
	*ret_step = found;
	*ret_check = check;
	return MFA_OK;
}

/* The distance from the drift at enrolment or from 0, whichever is nearer. */
static int64_t drift_distance(const struct mfa_oath *oath, int64_t drift)
{
	int64_t from_base = imaxabs(drift - oath->drift_base);
	int64_t from_zero = imaxabs(drift);
	return from_base < from_zero ? from_base : from_zero;
}

/* The drift that the accepted code shows, limited to what the zone allows from the drift
 * at enrolment or from 0. */
static int new_drift(const struct mfa_oath *oath, int64_t offset,
		     const struct mfa_zone *zone)
{
	int64_t most = zone->totp_drift;
	int64_t base = clamp(offset, oath->drift_base - most, oath->drift_base + most);
	int64_t zero = clamp(offset, -most, most);
	bool is_base = imaxabs(base - offset) <= imaxabs(zero - offset);
	return (int)clamp(is_base ? base : zero, INT16_MIN, INT16_MAX);
}

static int totp_verify(const struct mfa_token *token, const struct mfa_attempt *attempt,
		       enum mfa_check *ret_check, struct mfa_advance *ret_advance)
{
	struct mfa_oath oath;
	int err = mfa_oath_load(token, &oath);
	if (err != MFA_OK)
		return err;
	if (!mfa_oath_fits(&oath, attempt)) {
		*ret_check = MFA_CHECK_MISFIT;
		return MFA_OK;
	}
	const struct steps steps = choose_steps(&oath, attempt->zone, attempt->now);
	uint64_t step = 0;
	enum mfa_check check = MFA_CHECK_WRONG;
	err = search_steps(&oath, attempt, &steps, &step, &check);
	if (err != MFA_OK)
		return err;
	if (check == MFA_CHECK_RIGHT)
		*ret_advance = (struct mfa_advance){
			.counter = step,
			.drift = new_drift(&oath, (int64_t)step - steps.now,
					   attempt->zone),
		};
	*ret_check = check;
	return MFA_OK;
}

static size_t totp_count_codes(const struct mfa_token *token, const struct mfa_zone *zone,
			       int64_t now)
{
	struct mfa_oath oath;
	if (mfa_oath_load(token, &oath) != MFA_OK)
		return 0;
	return choose_steps(&oath, zone, now).count;
}

static int totp_read_clock(const struct mfa_token *token, const struct mfa_zone *zone,
			   int64_t now, struct mfa_clock *ret_clock)
{
	struct mfa_oath oath;
	int err = mfa_oath_load(token, &oath);
	if (err != MFA_OK)
		return err;
	const struct steps steps = choose_steps(&oath, zone, now);
	struct mfa_clock clock = {
		.ahead = oath.drift * (int64_t)oath.period,
		.ahead_at_first = oath.drift_base * (int64_t)oath.period,
		.followed = zone->totp_drift * (int64_t)oath.period,
		.is_far = zone->totp_drift > 0 &&
			  4 * drift_distance(&oath, oath.drift) >= 3 * zone->totp_drift,
		.is_used = oath.counter > 0,
	};
	int64_t missing = (int64_t)oath.counter - steps.last;
	if (missing > 0 && __builtin_mul_overflow(steps.now + missing, oath.period,
						  &clock.refused_until))
		clock.refused_until = INT64_MAX;
	*ret_clock = clock;
	return MFA_OK;
}

static int totp_settle(struct mfa_token *token, const struct mfa_zone *zone, int64_t now)
{
	struct mfa_oath oath;
	int err = mfa_oath_load(token, &oath);
	if (err != MFA_OK)
		return err;
	const struct steps steps = choose_steps(&oath, zone, now);
	if (steps.last >= (int64_t)oath.counter)
		return MFA_ERR_NOTFOUND;
	oath.counter = steps.last > 0 ? (uint64_t)steps.last : 0;
	return mfa_oath_save(&oath, token);
}

static void totp_describe(const struct mfa_token *token,
			  char ret_text[static MFA_DESCRIPTION_SIZE])
{
	struct mfa_oath oath;
	if (mfa_oath_load(token, &oath) != MFA_OK)
		(void)snprintf(ret_text, MFA_DESCRIPTION_SIZE, "unreadable");
	else
		(void)snprintf(ret_text, MFA_DESCRIPTION_SIZE,
			       "%s, %u digits, %u s, drift %+d steps",
			       mfa_hash_name(oath.hash), oath.digits, oath.period,
			       oath.drift);
}

static int totp_resync(struct mfa_token *token, const struct mfa_attempt *first,
		       const struct mfa_attempt *second)
{
	struct mfa_oath oath;
	int err = mfa_oath_load(token, &oath);
	if (err != MFA_OK)
		return err;
	if (!mfa_oath_fits(&oath, first) || !mfa_oath_fits(&oath, second))
		return MFA_ERR_NOTFOUND;
	int64_t now = second->now / (int64_t)oath.period;
	int64_t reach = RESYNC_SECONDS / (int64_t)oath.period;
	for (int64_t step = now - reach; step <= now + reach; step++) {
		bool is_first = false;
		bool is_second = false;
		if (step <= (int64_t)oath.counter)
			continue;
		err = mfa_oath_compare(&oath, (uint64_t)step, first, &is_first);
		if (err == MFA_OK && is_first)
			err = mfa_oath_compare(&oath, (uint64_t)step + 1, second,
					       &is_second);
		if (err != MFA_OK)
			return err;
		if (is_first && is_second) {
			oath.counter = (uint64_t)step + 1;
			oath.drift = (int)(step + 1 - now);
			oath.drift_base = oath.drift;
			return mfa_oath_save(&oath, token);
		}
	}
	return MFA_ERR_NOTFOUND;
}

const struct mfa_factor_ops mfa_factor_totp = {
	.kind = MFA_KIND_TOTP,
	.verify = totp_verify,
	.advance = mfa_oath_advance,
	.code_len = mfa_oath_code_len,
	.count_codes = totp_count_codes,
	.describe = totp_describe,
	.resync = totp_resync,
	.read_clock = totp_read_clock,
	.settle = totp_settle,
};
