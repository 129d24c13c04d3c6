/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "mfa/secret.h"
#include "support.h"

static void the_library_can_be_prepared_again(void **state MFA_UNUSED)
{
	assert_int_equal(mfa_init(), MFA_OK);
}

static void two_random_secrets_are_never_the_same(void **state MFA_UNUSED)
{
	enum {
		LEN = 32
	};
	static const unsigned char zeros[LEN];
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret one = { 0 };
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret other = { 0 };
	assert_int_equal(mfa_secret_random(LEN, &one), MFA_OK);
	assert_int_equal(mfa_secret_random(LEN, &other), MFA_OK);
	assert_int_equal(one.len, LEN);
	assert_memory_not_equal(one.data, other.data, LEN);
	assert_memory_not_equal(one.data, zeros, LEN);
}

static void each_byte_counts_in_a_comparison(void **state MFA_UNUSED)
{
	unsigned char one[40];
	unsigned char other[40];
	memset(one, 'a', sizeof one);
	memcpy(other, one, sizeof one);
	assert_true(mfa_secret_is_equal(one, other, sizeof one));
	for (size_t i = 0; i < sizeof one; i++) {
		other[i] ^= 1;
		assert_false(mfa_secret_is_equal(one, other, sizeof one));
		assert_true(mfa_secret_is_equal(one, other, i));
		other[i] ^= 1;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_library_can_be_prepared_again),
		cmocka_unit_test(two_random_secrets_are_never_the_same),
		cmocka_unit_test(each_byte_counts_in_a_comparison),
	};
	return group_main("crypto", tests);
}
