/* SPDX-License-Identifier: BSD-2-Clause */
/* pam_sm_acct_mgmt: the gate. For services in the zone's gate it refuses logins that did
 * not pass pam_mfa's auth, as with an ssh key alone. */
#include <security/pam_modules.h>

#include "report.h"
#include "talk.h"
#include "verdict.h"

/* The account phase has no questions. */
static int ask_nobody(void *context MFA_UNUSED, const char *prompt MFA_UNUSED,
		      struct mfa_secret *ret_answer MFA_UNUSED)
{
	return MFA_ERR_CONV;
}

static void forget_nothing(void *context MFA_UNUSED, struct mfa_secret *answer MFA_UNUSED)
{
}

static void tell_nobody(void *context MFA_UNUSED, enum mfa_tone tone MFA_UNUSED,
			const char *text MFA_UNUSED)
{
}

static int ask_gate(const struct claims *claims, struct mfa_diag *diag, int *ret_code)
{
	static const struct mfa_dialog nobody = { .ask = ask_nobody,
						  .forget = forget_nothing,
						  .tell = tell_nobody };
	MFA_CLEANUP(talk_done)
	struct talk talk = { .claims = claims, .dialog = &nobody, .channel = -1 };
	struct outcome outcome;
	int err = talk_run(&talk, diag, &outcome);
	if (err == MFA_OK)
		*ret_code = outcome.verdict.verdict == MFA_DENY
				    ? PAM_PERM_DENIED
				    : verdict_to_pam(outcome.verdict.verdict);
	return err;
}

MFA_PUBLIC int pam_sm_acct_mgmt(pam_handle_t *handle, int flags MFA_UNUSED, int argc,
				const char **argv)
{
	MFA_CLEANUP(claims_done) struct claims claims = { .handle = handle };
	struct mfa_diag diag = { .text = "" };
	int code = PAM_PERM_DENIED;
	int err = claims_begin(handle, argc, argv, MFA_AUTHD_ACCOUNT, &diag, &claims);
	if (err == MFA_OK)
		err = ask_gate(&claims, &diag, &code);
	if (err == MFA_OK)
		return code;
	report_failure(handle, "account", err, &diag);
	return verdict_to_pam(mfa_verdict_from_err(err));
}
