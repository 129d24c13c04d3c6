/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/verdict.h"

#include "mfa/base.h"

enum mfa_verdict mfa_verdict_from_err(int err)
{
	switch (err) {
	case MFA_ERR_NOMEM:
		return MFA_NO_MEMORY;
	case MFA_ERR_CONV:
		return MFA_NO_DIALOG;
	case MFA_ERR_ABORT:
		return MFA_GIVEN_UP;
	default:
		return MFA_UNAVAILABLE;
	}
}

const char *mfa_verdict_name(enum mfa_verdict verdict)
{
	switch (verdict) {
	case MFA_ALLOW:
		return "allowed";
	case MFA_EXEMPT:
		return "exempt";
	case MFA_DENY:
		return "denied";
	case MFA_UNAVAILABLE:
		return "unavailable";
	case MFA_NO_DIALOG:
		return "no-dialog";
	case MFA_GIVEN_UP:
		return "given-up";
	case MFA_NO_MEMORY:
		return "no-memory";
	}
	return "unknown";
}
