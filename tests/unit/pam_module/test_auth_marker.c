/* SPDX-License-Identifier: BSD-2-Clause */
/* pam_module/auth_marker.c: what it does where libpam or the memory refuse. That evidence
 * opens the gate is what test_module_account looks at. */
#include "auth_marker.h"

#include <errno.h>
#include <string.h>

#include <security/pam_appl.h>

#include "faults.h"
#include "support.h"

static int converse(int count MFA_UNUSED, const struct pam_message **messages MFA_UNUSED,
		    struct pam_response **ret_responses MFA_UNUSED,
		    void *context MFA_UNUSED)
{
	return PAM_CONV_ERR;
}

static pam_handle_t *start(void)
{
	static const struct pam_conv conv = { converse, NULL };
	pam_handle_t *handle = NULL;
	assert_int_equal(pam_start("pam_mfa-test", "taro", &conv, &handle), PAM_SUCCESS);
	return handle;
}

static const struct mfa_authd_verdict verdict = { .verdict = MFA_ALLOW, .name = "taro" };

/* libpam takes data from modules alone, and this is none. */
static void what_libpam_does_not_take_is_no_evidence(void **state MFA_UNUSED)
{
	pam_handle_t *handle = start();
	assert_int_not_equal(auth_marker_prepare(handle), PAM_SUCCESS);
	auth_marker_set(handle, "taro", &verdict);
	assert_null(auth_marker_find(handle));
	auth_marker_clear(handle);
	assert_int_equal(pam_end(handle, PAM_SUCCESS), PAM_SUCCESS);
}

static void without_memory_there_is_no_evidence(void **state MFA_UNUSED)
{
	pam_handle_t *handle = start();
	fault_begin(ANY_MEMORY, 1, ENOMEM);
	int code = auth_marker_prepare(handle);
	assert_true(fault_end());
	assert_int_equal(code, PAM_BUF_ERR);
	assert_null(auth_marker_find(handle));
	assert_int_equal(pam_end(handle, PAM_SUCCESS), PAM_SUCCESS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_libpam_does_not_take_is_no_evidence),
		cmocka_unit_test(without_memory_there_is_no_evidence),
	};
	return group_main("auth_marker", tests);
}
