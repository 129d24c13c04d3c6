/* SPDX-License-Identifier: BSD-2-Clause */
/* A module that answers what the test's script says, and notes that it was called. */
#include <security/pam_modules.h>

#include "script.h"

static int answer(pam_handle_t *handle, int argc, const char **argv)
{
	const void *item = NULL;
	if (pam_get_item(handle, PAM_CONV, &item) != PAM_SUCCESS || item == NULL)
		return PAM_SYSTEM_ERR;
	const struct pam_conv *conv = item;
	return script_answer(conv->appdata_ptr, argc, argv);
}

#define PUBLIC __attribute__((visibility("default")))

#ifndef STUB_WITHOUT_AUTH
PUBLIC int pam_sm_authenticate(pam_handle_t *handle, int flags __attribute__((unused)),
			       int argc, const char **argv)
{
	return answer(handle, argc, argv);
}

PUBLIC int pam_sm_setcred(pam_handle_t *handle, int flags __attribute__((unused)),
			  int argc, const char **argv)
{
	return answer(handle, argc, argv);
}
#endif

PUBLIC int pam_sm_acct_mgmt(pam_handle_t *handle, int flags __attribute__((unused)),
			    int argc, const char **argv)
{
	return answer(handle, argc, argv);
}
