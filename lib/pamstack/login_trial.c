/* SPDX-License-Identifier: BSD-2-Clause */
#include "login_trial.h"

int login_trial_answer(const struct view *view, size_t at,
		       const struct login_trial *trial)
{
	const struct mfa_line_facts *facts = &view->facts[at];
	bool succeeds = trial->others_succeed;
	if ((facts->gives & MFA_HAD_PASSWORD) != 0)
		succeeds = trial->is_right;
	else if ((facts->gives & MFA_HAD_ROOT) != 0)
		succeeds = false;
	if (succeeds && (facts->answers & MFA_ANSWER(MFA_PAM_SUCCESS)) != 0)
		return MFA_PAM_SUCCESS;
	if (facts->answers == MFA_ANSWER(MFA_PAM_IGNORE) ||
	    ((facts->answers & MFA_ANSWER(MFA_PAM_IGNORE)) != 0 && facts->gives == 0 &&
	     trial->others_succeed))
		return MFA_PAM_IGNORE;
	if ((facts->answers & MFA_ANSWER(MFA_PAM_AUTH_ERR)) != 0)
		return MFA_PAM_AUTH_ERR;
	return (facts->answers & MFA_ANSWER(MFA_PAM_PERM_DENIED)) != 0
		       ? MFA_PAM_PERM_DENIED
		       : MFA_PAM_MODULE_UNKNOWN;
}
