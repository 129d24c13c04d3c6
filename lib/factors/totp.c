/* TOTP (RFC 6238). A step is accepted once, and only a later one after it. */
#include "factors.h"

#include <stdio.h>

#include "mfa/oath.h"

enum {
	RESYNC_SECONDS = 2 * 60 * 60
}; /* how far off a token's clock may be found */

static int clamp(int value, int low, int high)
{
	return value < low ? low : value > high ? high : value;
}

/* Looks at every step of the window whatever it finds, so that the time does not tell. */
static int search(const struct mfa_oath *oath, const struct mfa_attempt *attempt,
		  int64_t centre, uint64_t *ret_step, enum mfa_check *ret_check)
{
	enum mfa_check check = MFA_CHECK_WRONG;
	uint64_t found = 0;
	int64_t window = attempt->zone->totp_window;
	for (int64_t step = centre - window; step <= centre + window; step++) {
		bool is_equal = false;
		if (step < 0)
			continue;
		int err = mfa_oath_compare(oath, (uint64_t)step, attempt, &is_equal);
		if (err != MFA_OK)
			return err;
		bool is_new = (uint64_t)step > oath->counter;
		if (is_equal && is_new && check != MFA_CHECK_RIGHT) {
			check = MFA_CHECK_RIGHT;
			found = (uint64_t)step;
		} else if (is_equal && check == MFA_CHECK_WRONG) {
			check = MFA_CHECK_USED;
		}
	}
	*ret_step = found;
	*ret_check = check;
	return MFA_OK;
}

/* The token's clock as the accepted code shows it, no further from the enrolled one than
 * the zone allows. */
static int new_drift(const struct mfa_oath *oath, int64_t offset,
		     const struct mfa_zone *zone)
{
	int most = (int)zone->totp_drift;
	return clamp((int)offset, clamp(oath->drift_base - most, INT16_MIN, INT16_MAX),
		     clamp(oath->drift_base + most, INT16_MIN, INT16_MAX));
}

static int verify(const struct mfa_token *token, const struct mfa_attempt *attempt,
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
	int64_t now = attempt->now / (int64_t)oath.period;
	int64_t centre = now + oath.drift;
	uint64_t step = 0;
	enum mfa_check check = MFA_CHECK_WRONG;
	err = search(&oath, attempt, centre, &step, &check);
	if (err != MFA_OK)
		return err;
	/* even the last step that the window could reach lies before the last accepted */
	if (centre + attempt->zone->totp_window < (int64_t)oath.counter)
		check = MFA_CHECK_CLOCK;
	if (check == MFA_CHECK_RIGHT)
		*ret_advance = (struct mfa_advance){
			.counter = step,
			.drift = new_drift(&oath, (int64_t)step - now, attempt->zone),
		};
	*ret_check = check;
	return MFA_OK;
}

static void describe(const struct mfa_token *token,
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

static int resync(struct mfa_token *token, const struct mfa_attempt *first,
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
	.verify = verify,
	.advance = mfa_oath_advance,
	.code_len = mfa_oath_code_len,
	.describe = describe,
	.resync = resync,
};
