/* SPDX-License-Identifier: BSD-2-Clause */
#include "gate.h"

#include "begin.h"
#include "hold.h"
#include "report.h"

/* Whether the user matters. Services without a gate in any zone, such as cron, come here
 * often and need no name service. */
static bool is_anywhere(const struct login *login)
{
	const struct mfa_config *config = login->desk->site.config;
	if (login->visit->claims.is_debug)
		return true;
	for (size_t i = 0; i < config->zone_count; i++)
		if (mfa_zone_is_gated(&config->zones[i], login->facts.login.service))
			return true;
	return false;
}

/* Whether this account passed auth in the same handle, by any name. */
static bool has_passed(const struct login *login)
{
	const struct visit_claims *claims = &login->visit->claims;
	struct identity passed = {
		.name = (char *)(uintptr_t)claims->passed,
		.is_known = claims->has_passed_uid ? MFA_MATCH_YES : MFA_MATCH_UNKNOWN,
		.uid = claims->passed_uid,
	};
	return claims->has_passed && nss_are_same(&passed, &login->facts.identity);
}

static bool is_shut(const struct login *login)
{
	return mfa_zone_is_gated(login->zone, login->facts.login.service) &&
	       !has_passed(login) &&
	       !mfa_zone_is_exempt(login->zone, &login->facts.login);
}

static void refuse(struct login *login, struct mfa_auth_result *result)
{
	result->verdict = MFA_DENY;
	result->reason = MFA_REASON_NO_AUTH;
	result->is_unknown_user = login->facts.identity.is_known == MFA_MATCH_NO;
	hold_refuse(login, result);
}

static void fail(struct login *login, int err, struct mfa_auth_result *result)
{
	result->verdict = mfa_verdict_from_err(err);
	result->reason = MFA_REASON_FAILED;
	/* the name is logged only if the name service knows it */
	bool is_asked = login->facts.identity.name != NULL ||
			login_identify(login, &(struct mfa_diag){ .text = "" }) == MFA_OK;
	result->is_unknown_user =
		!is_asked || login->facts.identity.is_known == MFA_MATCH_NO;
	report_login(login, "account", result);
}

/* *ret_is_shut: the login must be refused. */
static int look(struct login *login, struct mfa_diag *diag, bool *ret_is_shut)
{
	bool is_by_root = login->visit->facts.peer.uid == 0;
	int err = is_by_root ? MFA_OK : login_identify(login, diag);
	/* a program that runs as the user cannot admit the user to anything more */
	if (err == MFA_OK && !is_by_root && begin_may_ask(login))
		return MFA_OK;
	if (err == MFA_OK && !is_by_root)
		return mfa_fail(diag, MFA_ERR_UNSUPPORTED,
				"a program that is not root may only ask about the user "
				"it runs as");
	if (err == MFA_OK)
		err = login_load(login, diag);
	if (err != MFA_OK || !is_anywhere(login))
		return err;
	err = login_identify(login, diag);
	if (err == MFA_OK)
		err = login_find_zone(login, diag);
	if (err == MFA_OK)
		*ret_is_shut = is_shut(login);
	return err;
}

int gate_decide(struct login *login, struct mfa_auth_result *ret_result)
{
	bool is_refused = false;
	*ret_result = (struct mfa_auth_result){ .verdict = MFA_DENY };
	int err = look(login, &ret_result->diag, &is_refused);
	if (err != MFA_OK)
		fail(login, err, ret_result);
	else if (is_refused)
		refuse(login, ret_result);
	else
		ret_result->verdict = MFA_EXEMPT;
	return err;
}
