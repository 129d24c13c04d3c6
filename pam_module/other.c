/* SPDX-License-Identifier: BSD-2-Clause */
/* The phases that this module has no part in. */
#include <security/pam_modules.h>

#include "mfa/base.h"

MFA_PUBLIC int pam_sm_chauthtok(pam_handle_t *handle MFA_UNUSED, int flags MFA_UNUSED,
				int argc MFA_UNUSED, const char **argv MFA_UNUSED)
{
	return PAM_IGNORE;
}

MFA_PUBLIC int pam_sm_open_session(pam_handle_t *handle MFA_UNUSED, int flags MFA_UNUSED,
				   int argc MFA_UNUSED, const char **argv MFA_UNUSED)
{
	return PAM_IGNORE;
}

MFA_PUBLIC int pam_sm_close_session(pam_handle_t *handle MFA_UNUSED, int flags MFA_UNUSED,
				    int argc MFA_UNUSED, const char **argv MFA_UNUSED)
{
	return PAM_IGNORE;
}
