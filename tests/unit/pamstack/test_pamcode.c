/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/pamcode.h"

#include <string.h>

#include <security/_pam_types.h>

#include "support.h"

static void numbers_are_those_of_linux_pam(void **state MFA_UNUSED)
{
	assert_int_equal(MFA_PAM_SUCCESS, PAM_SUCCESS);
	assert_int_equal(MFA_PAM_PERM_DENIED, PAM_PERM_DENIED);
	assert_int_equal(MFA_PAM_AUTH_ERR, PAM_AUTH_ERR);
	assert_int_equal(MFA_PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(MFA_PAM_USER_UNKNOWN, PAM_USER_UNKNOWN);
	assert_int_equal(MFA_PAM_NEW_AUTHTOK_REQD, PAM_NEW_AUTHTOK_REQD);
	assert_int_equal(MFA_PAM_CONV_ERR, PAM_CONV_ERR);
	assert_int_equal(MFA_PAM_IGNORE, PAM_IGNORE);
	assert_int_equal(MFA_PAM_ABORT, PAM_ABORT);
	assert_int_equal(MFA_PAM_MODULE_UNKNOWN, PAM_MODULE_UNKNOWN);
	assert_int_equal(MFA_PAM_INCOMPLETE, PAM_INCOMPLETE);
	assert_int_equal(MFA_PAM_CODES, _PAM_RETURN_VALUES);
}

static void every_code_is_read_by_its_name(void **state MFA_UNUSED)
{
	const char *rest = NULL;
	for (int i = 0; i < MFA_PAM_CODES; i++) {
		assert_int_equal(mfa_pam_code_read(mfa_pam_code_name(i), &rest), i);
		assert_string_equal(rest, "");
	}
	assert_int_equal(mfa_pam_code_read("default=ok", &rest), MFA_PAM_CODES);
	assert_string_equal(rest, "=ok");
	assert_int_equal(mfa_pam_code_read("Success", &rest), -1);
	assert_string_equal(mfa_pam_code_name(MFA_PAM_INVALID), "invalid");
	assert_string_equal(mfa_pam_code_name(-1), "invalid");
}

static void actions_have_their_numbers(void **state MFA_UNUSED)
{
	const char *rest = NULL;
	assert_int_equal(mfa_pam_action_read("ignore]", &rest), MFA_DO_IGNORE);
	assert_string_equal(rest, "]");
	assert_int_equal(mfa_pam_action_read("ok", &rest), MFA_DO_OK);
	assert_int_equal(mfa_pam_action_read("done", &rest), MFA_DO_DONE);
	assert_int_equal(mfa_pam_action_read("bad", &rest), MFA_DO_BAD);
	assert_int_equal(mfa_pam_action_read("die", &rest), MFA_DO_DIE);
	assert_int_equal(mfa_pam_action_read("reset", &rest), MFA_DO_RESET);
	assert_int_equal(mfa_pam_action_read("2", &rest), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_those_of_linux_pam),
		cmocka_unit_test(every_code_is_read_by_its_name),
		cmocka_unit_test(actions_have_their_numbers),
	};
	return group_main("pamcode", tests);
}
