/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/login/verdict.c: errors become verdicts, and verdicts have names. */
#include <string.h>

#include "mfa/auth.h"
#include "support.h"

static void zeroed_memory_denies(void **state MFA_UNUSED)
{
	struct mfa_auth_result result;
	memset(&result, 0, sizeof result);
	assert_int_equal(result.verdict, MFA_DENY);
}

static void no_error_lets_anybody_in(void **state MFA_UNUSED)
{
	for (int err = -200; err <= 200; err++) {
		enum mfa_verdict verdict = mfa_verdict_from_err(err);
		assert_int_not_equal(verdict, MFA_ALLOW);
		assert_int_not_equal(verdict, MFA_EXEMPT);
		assert_int_not_equal(verdict, MFA_DENY);
	}
	assert_int_equal(mfa_verdict_from_err(MFA_ERR_NOMEM), MFA_NO_MEMORY);
	assert_int_equal(mfa_verdict_from_err(MFA_ERR_CONV), MFA_NO_DIALOG);
	assert_int_equal(mfa_verdict_from_err(MFA_ERR_ABORT), MFA_GIVEN_UP);
	assert_int_equal(mfa_verdict_from_err(MFA_ERR_CONFIG), MFA_UNAVAILABLE);
	assert_int_equal(mfa_verdict_from_err(MFA_ERR_INTEGRITY), MFA_UNAVAILABLE);
}

static void the_results_have_stable_names(void **state MFA_UNUSED)
{
	static const char *const names[] = {
		[MFA_DENY] = "denied",	       [MFA_ALLOW] = "allowed",
		[MFA_EXEMPT] = "exempt",       [MFA_UNAVAILABLE] = "unavailable",
		[MFA_NO_DIALOG] = "no-dialog", [MFA_GIVEN_UP] = "given-up",
		[MFA_NO_MEMORY] = "no-memory",
	};
	for (unsigned i = 0; i < MFA_COUNT(names); i++)
		assert_string_equal(mfa_verdict_name((enum mfa_verdict)i), names[i]);
}

static void a_verdict_that_is_none_is_not_named_after_one(void **state MFA_UNUSED)
{
	assert_string_equal(mfa_verdict_name((enum mfa_verdict)99), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zeroed_memory_denies),
		cmocka_unit_test(no_error_lets_anybody_in),
		cmocka_unit_test(the_results_have_stable_names),
		cmocka_unit_test(a_verdict_that_is_none_is_not_named_after_one),
	};
	return group_main("verdict", tests);
}
