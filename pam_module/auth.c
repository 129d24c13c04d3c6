/* pam_sm_authenticate: a login, from the application's call to the PAM code. */
#include <string.h>

#include <security/pam_modules.h>

#include "conversation.h"
#include "evidence.h"
#include "login.h"
#include "verdict.h"

static void set_failure(struct mfa_auth_result *result, int err)
{
	result->verdict = mfa_verdict_from_err(err);
	result->reason = MFA_REASON_FAILED;
}

/* What the modules before asked for; the handle's. */
static struct mfa_span typed_password(pam_handle_t *handle)
{
	const void *item = NULL;
	if (pam_get_item(handle, PAM_AUTHTOK, &item) != PAM_SUCCESS || item == NULL)
		return (struct mfa_span){ 0 };
	return (struct mfa_span){ item, strlen(item) };
}

/* Hands the password in front of the code to the modules that follow. */
static int forward_password(pam_handle_t *handle, const struct mfa_secret *password)
{
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret text = { 0 };
	if (password->len == 0)
		return PAM_SUCCESS;
	if (mfa_secret_alloc(password->len + 1, &text) != MFA_OK)
		return PAM_BUF_ERR;
	memcpy(text.data, password->data, password->len);
	return pam_set_item(handle, PAM_AUTHTOK, text.data);
}

static void run(struct login *login, struct conversation *conversation,
		struct mfa_auth_result *result)
{
	struct mfa_dialog dialog = conversation_dialog(conversation);
	int err = mfa_host_open(&login->host, &result->diag);
	if (err != MFA_OK) {
		set_failure(result, err);
		return;
	}
	struct mfa_auth_request request = {
		.host = &login->host,
		.zone = login->zone,
		.login = login->facts,
		.dialog = &dialog,
		.language = login->language,
		.password = typed_password(login->handle),
		.is_known_user = login_is_known_user(login),
		.wants_password = login->arguments.forward_pass,
		.may_explain = login->arguments.explain,
	};
	mfa_auth_run(&request, result);
}

/* What an allowed login leaves behind, and what must still be true of it. */
static void conclude(struct login *login, const char *user,
		     struct mfa_auth_result *result)
{
	const void *now = NULL;
	int code = pam_get_item(login->handle, PAM_USER, &now);
	if (code != PAM_SUCCESS || now == NULL || strcmp(now, user) != 0) {
		result->verdict = MFA_DENY;
		result->reason = MFA_REASON_USER_CHANGED;
	} else if (evidence_set(login->handle, user) != PAM_SUCCESS) {
		set_failure(result, MFA_ERR_NOMEM);
	}
}

static void authenticate(struct login *login, struct conversation *conversation, int argc,
			 const char **argv, struct mfa_auth_result *result)
{
	int err = login_begin(login->handle, argc, argv, &result->diag, login);
	if (err != MFA_OK) {
		set_failure(result, err);
		return;
	}
	if (login->zone->is_off) {
		result->verdict = MFA_EXEMPT;
		result->reason = MFA_REASON_ZONE_OFF;
		return;
	}
	run(login, conversation, result);
	if (login->arguments.forward_pass &&
	    forward_password(login->handle, &result->password) != PAM_SUCCESS)
		set_failure(result, MFA_ERR_NOMEM);
	if (result->verdict == MFA_ALLOW)
		conclude(login, login->user, result);
}

/* Where nothing works for anybody, saying so betrays nothing. */
static void tell_outage(const struct login *login, struct conversation *conversation)
{
	struct mfa_dialog dialog = conversation_dialog(conversation);
	const struct mfa_config *config = login->host.config;
	const char *contact = config != NULL ? config->contact : "";
	mfa_auth_explain(&dialog, login->language, contact, MFA_REASON_FAILED);
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
	evidence_clear(handle);
	authenticate(&login, &conversation, argc, argv, &result);
	if (result.verdict == MFA_UNAVAILABLE && login.host.store == NULL)
		tell_outage(&login, &conversation);
	login_report(&login, "auth", &result);
	return verdict_to_pam(result.verdict);
}

/* Nothing to establish: answers as if the module did not stand in the stack. */
MFA_PUBLIC int pam_sm_setcred(pam_handle_t *handle MFA_UNUSED, int flags MFA_UNUSED,
			      int argc MFA_UNUSED, const char **argv MFA_UNUSED)
{
	return PAM_IGNORE;
}
