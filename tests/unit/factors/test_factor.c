/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/factor.h"

#include "support.h"

static void the_built_in_kinds_are_found(void **state MFA_UNUSED)
{
	static const enum mfa_kind built_in[] = { MFA_KIND_TOTP, MFA_KIND_HOTP };
	for (size_t i = 0; i < MFA_COUNT(built_in); i++) {
		const struct mfa_factor_ops *factor = mfa_factor_find(built_in[i]);
		assert_non_null(factor);
		assert_int_equal(factor->kind, built_in[i]);
		assert_non_null(factor->verify);
		assert_non_null(factor->advance);
		assert_non_null(factor->code_len);
		assert_non_null(factor->describe);
		assert_non_null(factor->resync);
	}
}

static void other_kinds_are_not(void **state MFA_UNUSED)
{
	assert_null(mfa_factor_find(MFA_KIND_NONE));
	assert_null(mfa_factor_find(MFA_KIND_FIDO2));
	assert_null(mfa_factor_find((enum mfa_kind)99));
}

static void a_decoy_can_be_asked_and_is_never_the_same(void **state MFA_UNUSED)
{
	struct mfa_token a = { 0 };
	struct mfa_token b = { 0 };
	assert_int_equal(mfa_factor_fill_decoy(&a), MFA_OK);
	assert_int_equal(mfa_factor_fill_decoy(&b), MFA_OK);
	assert_int_equal(a.state, MFA_STATE_ACTIVE);
	assert_int_equal(mfa_factor_find(a.kind)->code_len(&a), 6);
	struct mfa_oath first = read_token(&a);
	struct mfa_oath second = read_token(&b);
	assert_int_equal(first.secret_len, 20);
	assert_memory_not_equal(first.secret, second.secret, 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_built_in_kinds_are_found),
		cmocka_unit_test(other_kinds_are_not),
		cmocka_unit_test(a_decoy_can_be_asked_and_is_never_the_same),
	};
	return group_main("factor", tests);
}
