/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/factors/totp.c: a token's clock is found again. */
#include "totp.h"

static int resync(struct totp *totp, int64_t first, int64_t second, int64_t now_step)
{
	struct code a = code_of(&totp->spec, (uint64_t)first);
	struct code b = code_of(&totp->spec, (uint64_t)second);
	int64_t now = now_step * totp->spec.period;
	struct mfa_attempt one = { a.text, totp->spec.digits, now, &totp->zone, NULL };
	struct mfa_attempt two = { b.text, totp->spec.digits, now, &totp->zone, NULL };
	return mfa_factor_find(MFA_KIND_TOTP)->resync(&totp->token, &one, &two);
}

static void two_codes_in_a_row_find_a_clock_again(void **state MFA_UNUSED)
{
	static const int64_t off[] = { 0, 1, -1, 100, -100, 240, -240 };
	for (size_t i = 0; i < MFA_COUNT(off); i++) {
		struct totp totp;
		totp_begin(&totp, &totp_spec);
		int64_t first = STEP + off[i];
		assert_int_equal(resync(&totp, first, first + 1, STEP), MFA_OK);
		struct mfa_oath oath = read_token(&totp.token);
		assert_int_equal(oath.counter, first + 1);
		assert_int_equal(oath.drift, off[i] + 1);
		assert_int_equal(oath.drift_base, oath.drift);
		/* both codes are spent, the next one is right */
		assert_int_equal(check_step(&totp, first + 1, STEP), MFA_CHECK_USED);
		assert_int_equal(check_step(&totp, first + 2, STEP + 1), MFA_CHECK_RIGHT);
	}
}

static void resync_looks_two_hours_around_and_no_further(void **state MFA_UNUSED)
{
	struct totp totp;
	totp_begin(&totp, &totp_spec);
	struct mfa_token before = totp.token;
	assert_int_equal(resync(&totp, STEP + 241, STEP + 242, STEP), MFA_ERR_NOTFOUND);
	assert_int_equal(resync(&totp, STEP - 241, STEP - 240, STEP), MFA_ERR_NOTFOUND);
	assert_memory_equal(&totp.token, &before, sizeof before);
}

static void resync_wants_two_codes_in_a_row(void **state MFA_UNUSED)
{
	struct totp totp;
	totp_begin(&totp, &totp_spec);
	struct mfa_token before = totp.token;
	assert_int_equal(resync(&totp, STEP, STEP, STEP), MFA_ERR_NOTFOUND);
	assert_int_equal(resync(&totp, STEP + 1, STEP, STEP), MFA_ERR_NOTFOUND);
	assert_int_equal(resync(&totp, STEP, STEP + 2, STEP), MFA_ERR_NOTFOUND);
	assert_memory_equal(&totp.token, &before, sizeof before);
}

static void resync_accepts_no_spent_code(void **state MFA_UNUSED)
{
	struct totp totp;
	totp_begin(&totp, &totp_spec);
	assert_int_equal(check_step(&totp, STEP, STEP), MFA_CHECK_RIGHT);
	assert_int_equal(resync(&totp, STEP, STEP + 1, STEP + 1), MFA_ERR_NOTFOUND);
	assert_int_equal(resync(&totp, STEP - 1, STEP, STEP + 1), MFA_ERR_NOTFOUND);
	assert_int_equal(resync(&totp, STEP + 1, STEP + 2, STEP + 1), MFA_OK);
}

static void resync_wants_codes_of_the_tokens_length(void **state MFA_UNUSED)
{
	struct totp totp;
	totp_begin(&totp, &totp_spec);
	struct mfa_token before = totp.token;
	totp.spec.digits = 8;
	assert_int_equal(resync(&totp, STEP, STEP + 1, STEP), MFA_ERR_NOTFOUND);
	assert_memory_equal(&totp.token, &before, sizeof before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_codes_in_a_row_find_a_clock_again),
		cmocka_unit_test(resync_looks_two_hours_around_and_no_further),
		cmocka_unit_test(resync_wants_two_codes_in_a_row),
		cmocka_unit_test(resync_accepts_no_spent_code),
		cmocka_unit_test(resync_wants_codes_of_the_tokens_length),
	};
	return group_main("totp_resync", tests);
}
