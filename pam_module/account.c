/* pam_sm_acct_mgmt: the gate. A service that the zone's gate names lets nobody in whose
 * login did not pass pam_mfa's auth, as by an ssh key alone. */
#include <security/pam_modules.h>

#include "evidence.h"
#include "login.h"
#include "people.h"
#include "verdict.h"

/* A refusal goes into the audit trail too; syslog has it if that cannot be written. */
static void record_refusal(struct login *login, struct mfa_auth_result *result)
{
	struct mfa_event event = mfa_auth_event(login->zone, &login->facts, result);
	event.event = "account";
	guard_begin(&login->guard);
	int err = mfa_host_open(&login->host, &result->diag);
	if (err == MFA_OK)
		err = mfa_audit_append(login->host.audit, &event, &result->diag);
	mfa_host_close(&login->host);
	(void)guard_end(&login->guard); /* the login is refused in any case */
	if (err == MFA_OK)
		result->diag.text[0] = '\0';
}

MFA_PUBLIC int pam_sm_acct_mgmt(pam_handle_t *handle, int flags MFA_UNUSED, int argc,
				const char **argv)
{
	MFA_CLEANUP(login_done) struct login login = { .handle = handle };
	MFA_CLEANUP(mfa_auth_result_done) struct mfa_auth_result result = { 0 };
	int err = login_begin(handle, argc, argv, &result.diag, &login);
	/* the gate is for programs that let people in: this one has only what is theirs */
	if (err == MFA_OK && !login_is_by_root() && people_is_self(login.facts.user))
		return PAM_IGNORE;
	if (err == MFA_OK)
		err = login_configure(&login, &result.diag);
	if (err != MFA_OK) {
		result.verdict = mfa_verdict_from_err(err);
		result.reason = MFA_REASON_FAILED;
		result.is_unknown_user =
			login.user != NULL && people_is_known(login.user) == MFA_MATCH_NO;
		(void)login_report(&login, "account", &result); /* refused in any case */
		return verdict_to_pam(result.verdict);
	}
	if (login.zone->is_off || !mfa_policy_is_gated(login.zone, login.facts.service) ||
	    evidence_is_for(handle, login.facts.user))
		return PAM_IGNORE;
	result.reason = MFA_REASON_NO_AUTH;
	record_refusal(&login, &result);
	(void)login_report(&login, "account", &result);
	return PAM_PERM_DENIED;
}
