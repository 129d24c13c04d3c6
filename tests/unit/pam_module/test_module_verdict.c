/* SPDX-License-Identifier: BSD-2-Clause */
/* pam_module/verdict.c: the table of the manual page. */
#include "verdict.h"

#include <security/pam_modules.h>

#include "support.h"

static void each_verdict_has_its_code(void **state MFA_UNUSED)
{
	assert_int_equal(verdict_to_pam(MFA_ALLOW), PAM_SUCCESS);
	assert_int_equal(verdict_to_pam(MFA_EXEMPT), PAM_IGNORE);
	assert_int_equal(verdict_to_pam(MFA_DENY), PAM_AUTH_ERR);
	assert_int_equal(verdict_to_pam(MFA_UNAVAILABLE), PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(verdict_to_pam(MFA_NO_DIALOG), PAM_CONV_ERR);
	assert_int_equal(verdict_to_pam(MFA_GIVEN_UP), PAM_ABORT);
	assert_int_equal(verdict_to_pam(MFA_NO_MEMORY), PAM_BUF_ERR);
}

static void two_verdicts_alone_let_anybody_in(void **state MFA_UNUSED)
{
	for (int i = -1000; i < 1000; i++) {
		enum mfa_verdict verdict = (enum mfa_verdict)i;
		int code = verdict_to_pam(verdict);
		if (verdict != MFA_ALLOW)
			assert_int_not_equal(code, PAM_SUCCESS);
		if (verdict != MFA_EXEMPT)
			assert_int_not_equal(code, PAM_IGNORE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_verdict_has_its_code),
		cmocka_unit_test(two_verdicts_alone_let_anybody_in),
	};
	return group_main("module_verdict", tests);
}
