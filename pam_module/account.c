/* SPDX-License-Identifier: BSD-2-Clause */
/* pam_sm_acct_mgmt: the gate. For services in the zone's gate it refuses logins that did
 * not pass pam_mfa's auth, as with an ssh key alone. */
#include <security/pam_modules.h>

#include "auth_marker.h"
#include "login.h"
#include "verdict.h"

/* Writes the refusal to the audit trail; syslog gets the reason if that fails. */
static void record_refusal(struct login *login, struct mfa_auth_result *result)
{
	struct mfa_event event = mfa_auth_event(login->zone, &login->facts.login, result);
	event.event = "account";
	process_guard_begin(&login->guard);
	int err = mfa_site_open(&login->host, &result->diag);
	if (err == MFA_OK)
		err = mfa_audit_append(login->host.audit, &event, &result->diag);
	mfa_site_close(&login->host);
	(void)process_guard_end(
		&login->guard); /* result ignored: the login is refused in any case */
	if (err == MFA_OK)
		result->diag.text[0] = '\0';
}

/* Reuses what auth found, if auth passed by the name that PAM still has. */
static int identify_user(struct login *login, struct mfa_diag *diag)
{
	return login_identify(login, auth_marker_find(login->handle, login->facts.user),
			      diag);
}

/* Whether the user matters. Services without a gate in any zone, such as cron, come here
 * often and need no name service. */
static bool is_zone_wanted(const struct login *login)
{
	const struct mfa_config *config = login->host.config;
	if (login->arguments.debug)
		return true;
	for (size_t i = 0; i < config->zone_count; i++)
		if (mfa_zone_is_gated(&config->zones[i], login->facts.login.service))
			return true;
	return false;
}

static bool is_gate_shut(struct login *login)
{
	login_choose_zone(login);
	return mfa_zone_is_gated(login->zone, login->facts.login.service) &&
	       !auth_marker_is_for(login->handle, &login->facts.identity) &&
	       !mfa_zone_is_exempt(login->zone, &login->facts.login);
}

/* *ret_is_shut: the login must be refused. */
static int look_at_gate(struct login *login, struct mfa_diag *diag, bool *ret_is_shut)
{
	bool is_by_root = login_is_by_root();
	int err = is_by_root ? MFA_OK : identify_user(login, diag);
	/* a program that runs as the user cannot admit the user to anything more */
	if (err == MFA_OK && !is_by_root && nss_is_self(&login->facts.identity))
		return MFA_OK;
	if (err == MFA_OK)
		err = login_configure(login, diag);
	if (err != MFA_OK || !is_zone_wanted(login))
		return err;
	err = identify_user(login, diag);
	if (err == MFA_OK)
		*ret_is_shut = is_gate_shut(login);
	return err;
}

static int fail_account(struct login *login, int err, struct mfa_auth_result *result)
{
	result->verdict = mfa_verdict_from_err(err);
	result->reason = MFA_REASON_FAILED;
	/* the name is logged only if the name service knows it */
	if (login->facts.user != NULL && identify_user(login, NULL) == MFA_OK)
		result->is_unknown_user = login_is_of_nobody(login);
	(void)login_report(login, "account", result);
	return verdict_to_pam(result->verdict);
}

MFA_PUBLIC int pam_sm_acct_mgmt(pam_handle_t *handle, int flags MFA_UNUSED, int argc,
				const char **argv)
{
	MFA_CLEANUP(login_done) struct login login = { .handle = handle };
	MFA_CLEANUP(mfa_auth_result_done) struct mfa_auth_result result = { 0 };
	bool is_refused = false;
	int err = login_begin(handle, argc, argv, &result.diag, &login);
	if (err == MFA_OK)
		err = look_at_gate(&login, &result.diag, &is_refused);
	if (err != MFA_OK)
		return fail_account(&login, err, &result);
	if (!is_refused)
		return PAM_IGNORE;
	result.reason = MFA_REASON_NO_AUTH;
	result.is_unknown_user = login_is_of_nobody(&login);
	record_refusal(&login, &result);
	(void)login_report(&login, "account", &result);
	return PAM_PERM_DENIED;
}
