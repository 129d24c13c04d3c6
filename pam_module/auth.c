/* SPDX-License-Identifier: BSD-2-Clause */
/* pam_sm_authenticate: a login, from the application's call to the PAM code. */
#include <string.h>

#include <security/pam_modules.h>

#include "auth_marker.h"
#include "conversation.h"
#include "helper.h"
#include "login.h"
#include "verdict.h"

static void set_failure(struct mfa_auth_result *result, int err)
{
	result->verdict = mfa_verdict_from_err(err);
	result->reason = MFA_REASON_FAILED;
}

/* The password that earlier modules asked for; owned by the handle. */
static struct mfa_span typed_password(pam_handle_t *handle)
{
	const void *item = NULL;
	if (pam_get_item(handle, PAM_AUTHTOK, &item) != PAM_SUCCESS || item == NULL)
		return (struct mfa_span){ 0 };
	return (struct mfa_span){ item, strlen(item) };
}

/* Passes the password before the code on to the following modules. */
static int forward_password(const struct login *login,
			    const struct mfa_auth_result *result)
{
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret text = { 0 };
	const struct mfa_secret *password = &result->password;
	if (!login->arguments.forward_pass || password->len == 0)
		return PAM_SUCCESS;
	if (mfa_secret_alloc(password->len + 1, &text) != MFA_OK)
		return PAM_BUF_ERR;
	memcpy(text.data, password->data, password->len);
	return pam_set_item(login->handle, PAM_AUTHTOK, text.data);
}

/* For the account phase of a gated service. Not with forward_pass: the password is
 * checked later, and if that fails the handle must not have the mark. */
static int mark_as_passed(const struct login *login, const char *user)
{
	if (login->arguments.forward_pass)
		return PAM_SUCCESS;
	return auth_marker_set(login->handle, user, &login->facts.identity);
}

static void guard_work(void *context)
{
	struct login *login = context;
	process_guard_begin(&login->guard);
}

static void unguard_work(void *context)
{
	struct login *login = context;
	if (!process_guard_end(
		    &login->guard)) /* more than once in a login: see mfa/auth.h */
		login->is_stuck = true;
}

/* Whether PAM's user is still the account whose code was asked for. If it is not the
 * account's own name it is looked up again, as it may now be another's; and such a name
 * is never allowed in without a code. */
static bool is_same_account(const struct login *login, const char *user,
			    enum mfa_verdict verdict)
{
	MFA_CLEANUP(nss_done) struct identity now = { 0 };
	if (strcmp(user, login->facts.identity.name) == 0)
		return true;
	return verdict == MFA_ALLOW && nss_find(user, &now) == MFA_OK &&
	       now.is_known == MFA_MATCH_YES &&
	       nss_are_same(&now, &login->facts.identity);
}

/* The last check of an allowed login, and what it leaves for later modules and phases. */
static void conclude_login(void *context, struct mfa_auth_result *result)
{
	struct login *login = context;
	const void *user = NULL;
	int code = pam_get_item(login->handle, PAM_USER, &user);
	if (code != PAM_SUCCESS || user == NULL ||
	    !is_same_account(login, user, result->verdict)) {
		result->verdict = MFA_DENY;
		result->reason = MFA_REASON_USER_CHANGED;
	} else if (forward_password(login, result) != PAM_SUCCESS ||
		   mark_as_passed(login, user) != PAM_SUCCESS) {
		set_failure(result, MFA_ERR_NOMEM);
	}
}

static void report_login(void *context, const struct mfa_auth_result *result)
{
	login_write_report(context, "auth", result);
}

/* Whether the mark for the account phase may stay. */
static bool has_passed(const struct mfa_auth_result *result)
{
	return result->verdict == MFA_ALLOW ||
	       (result->verdict == MFA_EXEMPT && result->reason == MFA_REASON_GRACE);
}

static void authenticate_as_root(struct login *login, struct conversation *conversation,
				 struct mfa_auth_result *result)
{
	struct mfa_dialog dialog = conversation_dialog(conversation);
	struct mfa_auth_request request = {
		.site = &login->host,
		.zone = login->zone,
		.login = login->facts.login,
		.clock = login_clock,
		.dialog = &dialog,
		.language = login->language,
		.password = typed_password(login->handle),
		.known_user = login->facts.identity.is_known,
		.wants_password = login->arguments.forward_pass,
		.begin_work = guard_work,
		.end_work = unguard_work,
		.conclude = conclude_login,
		.report = report_login,
		.context = login,
		.may_explain = login->arguments.explain,
		/* with forward_pass the password is checked later */
		.is_behind_password =
			login->arguments.explain && !login->arguments.forward_pass,
	};
	mfa_auth_run(&request, result);
	if (login->is_stuck) {
		set_failure(result, MFA_ERR_IO);
		login->is_logged = false;
	}
	/* also after a refusal, as the following modules are called all the same */
	if (!has_passed(result))
		(void)forward_password(login, result);
}

/* In a program that is not root. The helper has logged its own verdict. */
static int authenticate_by_helper(struct login *login, struct conversation *conversation,
				  struct mfa_auth_result *result)
{
	struct mfa_dialog dialog = conversation_dialog(conversation);
	int err = helper_run(login, &dialog, typed_password(login->handle), result);
	if (err != MFA_OK)
		return err;
	enum mfa_verdict verdict = result->verdict;
	if (verdict == MFA_ALLOW || verdict == MFA_EXEMPT)
		conclude_login(login, result);
	else
		(void)forward_password(login, result);
	if (verdict == MFA_UNAVAILABLE) {
		result->reason = MFA_REASON_FAILED;
		(void)mfa_fail(&result->diag, MFA_ERR_IO,
			       "mfa-verify's own line says why");
	}
	login->is_logged = verdict == result->verdict && verdict != MFA_UNAVAILABLE;
	return MFA_OK;
}

static int authenticate_user(struct login *login, struct conversation *conversation,
			     struct mfa_auth_result *result)
{
	if (!login_is_by_root())
		return authenticate_by_helper(login, conversation, result);
	int err = login_configure(login, &result->diag);
	if (err != MFA_OK)
		return err;
	login_choose_zone(login);
	if (mfa_zone_is_exempt(login->zone, &login->facts.login)) {
		result->verdict = MFA_EXEMPT;
		result->reason = MFA_REASON_ZONE_OFF;
	} else {
		authenticate_as_root(login, conversation, result);
	}
	return MFA_OK;
}

static void authenticate(struct login *login, struct conversation *conversation, int argc,
			 const char **argv, struct mfa_auth_result *result)
{
	int err = login_begin(login->handle, argc, argv, &result->diag, login);
	if (err == MFA_OK)
		err = login_identify(login, NULL, &result->diag);
	if (err == MFA_OK)
		err = authenticate_user(login, conversation, result);
	if (err != MFA_OK) {
		set_failure(result, err);
		result->is_outage = true;
	}
}

/* If nobody can log in, saying so reveals nothing about a user. */
static void explain_outage(const struct login *login, struct conversation *conversation)
{
	struct mfa_dialog dialog = conversation_dialog(conversation);
	const struct mfa_config *config = login->host.config;
	const char *contact = config != NULL ? config->contact : "";
	mfa_reason_explain(&dialog, login->language, contact, MFA_REASON_FAILED);
}

MFA_PUBLIC int pam_sm_authenticate(pam_handle_t *handle, int flags, int argc,
				   const char **argv)
{
	MFA_CLEANUP(login_done) struct login login = { .handle = handle };
	MFA_CLEANUP(mfa_auth_result_done) struct mfa_auth_result result = { 0 };
	struct conversation conversation = {
		.handle = handle,
		.is_silent = ((unsigned)flags & PAM_SILENT) != 0,
	};
	auth_marker_clear(handle);
	authenticate(&login, &conversation, argc, argv, &result);
	if (result.verdict == MFA_UNAVAILABLE && result.is_outage) {
		result.is_unknown_user = login_is_of_nobody(&login);
		explain_outage(&login, &conversation);
	}
	if (!has_passed(&result))
		auth_marker_clear(handle);
	if (!login.is_logged && !login_report(&login, "auth", &result)) {
		auth_marker_clear(handle);
		set_failure(&result, MFA_ERR_IO);
	}
	return verdict_to_pam(result.verdict);
}

/* There are no credentials to set: answers as if the module were not in the stack. */
MFA_PUBLIC int pam_sm_setcred(pam_handle_t *handle MFA_UNUSED, int flags MFA_UNUSED,
			      int argc MFA_UNUSED, const char **argv MFA_UNUSED)
{
	return PAM_IGNORE;
}
