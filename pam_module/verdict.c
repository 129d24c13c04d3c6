/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict.h"

#include <security/pam_modules.h>

int verdict_to_pam(enum mfa_verdict verdict)
{
	switch (verdict) {
	case MFA_ALLOW:
		return PAM_SUCCESS;
	case MFA_EXEMPT:
		return PAM_IGNORE;
	case MFA_DENY:
		return PAM_AUTH_ERR;
	case MFA_UNAVAILABLE:
		return PAM_AUTHINFO_UNAVAIL;
	case MFA_NO_DIALOG:
		return PAM_CONV_ERR;
	case MFA_GIVEN_UP:
		return PAM_ABORT;
	case MFA_NO_MEMORY:
		return PAM_BUF_ERR;
	}
	return PAM_AUTH_ERR;
}
