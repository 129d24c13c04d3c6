/* SPDX-License-Identifier: BSD-2-Clause */
/* pam_sm_authenticate: a login, from the application's call to the PAM code. */
#include <stdlib.h>
#include <string.h>

#include <security/pam_modules.h>

#include "auth_marker.h"
#include "conversation.h"
#include "report.h"
#include "talk.h"
#include "verdict.h"

/* The password that earlier modules asked for; owned by the handle. */
static struct mfa_span typed_password(pam_handle_t *handle)
{
	const void *item = NULL;
	if (pam_get_item(handle, PAM_AUTHTOK, &item) != PAM_SUCCESS || item == NULL)
		return (struct mfa_span){ 0 };
	return (struct mfa_span){ item, strlen(item) };
}

/* Passes the password before the code on to the following modules, which are called also
 * after a refusal. The line is cut in place. */
static int forward_password(const struct claims *claims, struct outcome *outcome)
{
	struct mfa_secret *line = &outcome->line;
	if (!claims->arguments.forward_pass || line->len <= outcome->verdict.code_len)
		return PAM_SUCCESS;
	size_t len = line->len - outcome->verdict.code_len;
	mfa_wipe(line->data + len, outcome->verdict.code_len);
	line->data[len] = '\0'; /* its own NUL byte is behind it */
	return pam_set_item(claims->handle, PAM_AUTHTOK, line->data);
}

static bool lets_in(const struct outcome *outcome)
{
	return outcome->verdict.verdict == MFA_ALLOW ||
	       outcome->verdict.verdict == MFA_EXEMPT;
}

/* The last checks in the program of a login that the service lets in, and what they leave
 * for later modules and phases. Returns the PAM code. */
static int admit(const struct talk *talk, struct outcome *outcome)
{
	const struct claims *claims = talk->claims;
	int code = verdict_to_pam(outcome->verdict.verdict);
	if (strcmp(claims_other_user(claims), talk->user) != 0)
		code = PAM_AUTH_ERR;
	else if (forward_password(claims, outcome) != PAM_SUCCESS)
		code = PAM_BUF_ERR;
	if (code != PAM_SUCCESS && code != PAM_IGNORE)
		talk_refuse(talk);
	else if (outcome->verdict.is_marked && !claims->arguments.forward_pass)
		/* with forward_pass the password is checked later, and if that fails the
		 * handle must not have the mark */
		auth_marker_set(claims->handle, claims->user, &outcome->verdict);
	return code;
}

static int run_talk(struct talk *talk, struct mfa_diag *diag, int *ret_code)
{
	struct outcome outcome;
	int err = talk_run(talk, diag, &outcome);
	if (err == MFA_OK && lets_in(&outcome)) {
		*ret_code = admit(talk, &outcome);
	} else if (err == MFA_OK) {
		(void)forward_password(talk->claims, &outcome);
		*ret_code = verdict_to_pam(outcome.verdict.verdict);
	}
	talk_forget(talk, &outcome);
	return err;
}

static int authenticate(const struct claims *claims, const struct mfa_dialog *dialog,
			struct mfa_diag *diag, int *ret_code)
{
	MFA_CLEANUP(talk_done)
	struct talk talk = {
		.claims = claims,
		.dialog = dialog,
		.password = typed_password(claims->handle),
		.channel = -1,
	};
	if (auth_marker_prepare(claims->handle) != PAM_SUCCESS)
		return mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
	return run_talk(&talk, diag, ret_code);
}

MFA_PUBLIC int pam_sm_authenticate(pam_handle_t *handle, int flags, int argc,
				   const char **argv)
{
	MFA_CLEANUP(claims_done) struct claims claims = { .handle = handle };
	struct mfa_diag diag = { .text = "" };
	int code = PAM_AUTH_ERR;
	struct conversation conversation = {
		.handle = handle,
		.is_silent = ((unsigned)flags & PAM_SILENT) != 0,
	};
	const struct mfa_dialog dialog = conversation_dialog(&conversation);
	auth_marker_clear(handle);
	int err = claims_begin(handle, argc, argv, MFA_AUTHD_AUTH, &diag, &claims);
	if (err == MFA_OK)
		err = authenticate(&claims, &dialog, &diag, &code);
	if (err == MFA_OK)
		return code;
	enum mfa_verdict verdict = mfa_verdict_from_err(err);
	if (verdict == MFA_UNAVAILABLE)
		report_outage(&dialog, claims.begin.tty, err);
	report_failure(handle, "auth", err, &diag);
	return verdict_to_pam(verdict);
}

/* There are no credentials to set: answers as if the module were not in the stack. */
MFA_PUBLIC int pam_sm_setcred(pam_handle_t *handle MFA_UNUSED, int flags MFA_UNUSED,
			      int argc MFA_UNUSED, const char **argv MFA_UNUSED)
{
	return PAM_IGNORE;
}
