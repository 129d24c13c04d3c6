/* SPDX-License-Identifier: BSD-2-Clause */
#include "claims.h"

#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "auth_marker.h"
#include "mfa/caller.h"

static const char *item(pam_handle_t *handle, int type)
{
	const void *value = NULL;
	bool is_there =
		pam_get_item(handle, type, &value) == PAM_SUCCESS && value != NULL;
	return is_there ? value : "";
}

static int get_user(pam_handle_t *handle, struct mfa_diag *diag, const char **ret_user)
{
	int code = pam_get_user(handle, ret_user, NULL);
	if (code == PAM_CONV_AGAIN || code == PAM_CONV_ERR)
		return mfa_fail(diag, MFA_ERR_CONV, "the application gives no user name");
	if (code == PAM_BUF_ERR)
		return mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
	if (code != PAM_SUCCESS || *ret_user == NULL)
		return mfa_fail(diag, MFA_ERR_ABORT, "no user name was given");
	return MFA_OK;
}

/* All strings in one block. */
static int copy_strings(struct claims *claims)
{
	struct mfa_authd_begin *begin = &claims->begin;
	const char **const strings[] = {
		&claims->user,	   &begin->user,    &begin->service, &begin->tty,
		&begin->rhost,	   &begin->display, &begin->locale,  &begin->charset,
		&begin->passed_as, &begin->passed,
	};
	size_t size = 0;
	for (size_t i = 0; i < MFA_COUNT(strings); i++)
		size += strlen(*strings[i]) + 1;
	char *at = malloc(size);
	if (at == NULL)
		return MFA_ERR_NOMEM;
	claims->copies = at;
	for (size_t i = 0; i < MFA_COUNT(strings); i++) {
		size_t len = strlen(*strings[i]) + 1;
		memcpy(at, *strings[i], len);
		*strings[i] = at;
		at += len;
	}
	return MFA_OK;
}

/* The process at the other end of a root program's standard input may be the person. */
static void find_peer(struct claims *claims)
{
	uint32_t peer = getuid() == 0 ? caller_input_peer() : 0;
	if (peer != 0)
		(void)snprintf(claims->peer, sizeof claims->peer, "%u", (unsigned)peer);
}

/* A longer name is nobody's. It is sent as one that nobody can have, since its beginning
 * may be somebody's. */
static const char *user_to_send(const char *user)
{
	return strlen(user) <= MFA_AUTHD_TEXT_MAX ? user : "\001";
}

static const char *text_or_empty(const char *text)
{
	return text != NULL ? text : "";
}

static void find_passed(struct claims *claims)
{
	const struct auth_marker *marker = auth_marker_find(claims->handle);
	claims->begin.passed_as = marker != NULL ? marker->user : "";
	claims->begin.passed = marker != NULL ? marker->name : "";
	if (marker != NULL && marker->has_uid)
		(void)snprintf(claims->passed_uid, sizeof claims->passed_uid, "%u",
			       (unsigned)marker->uid);
}

static int fill_begin(struct claims *claims, const char *user)
{
	pam_handle_t *handle = claims->handle;
	const struct mfa_arguments *arguments = &claims->arguments;
	find_peer(claims);
	claims->user = user;
	claims->begin.user = user_to_send(user);
	claims->begin.service = item(handle, PAM_SERVICE);
	claims->begin.tty = item(handle, PAM_TTY);
	claims->begin.rhost = item(handle, PAM_RHOST);
	claims->begin.display = item(handle, PAM_XDISPLAY);
	claims->begin.locale = text_or_empty(setlocale(LC_MESSAGES, NULL));
	claims->begin.charset = nl_langinfo(CODESET);
	claims->begin.config = text_or_empty(arguments->config);
	claims->begin.zone = text_or_empty(arguments->zone);
	claims->begin.peer = claims->peer;
	claims->begin.passed_uid = claims->passed_uid;
	claims->begin.wants_password = arguments->forward_pass;
	claims->begin.may_explain = arguments->explain;
	claims->begin.is_debug = arguments->debug;
	find_passed(claims);
	return copy_strings(claims);
}

int claims_begin(pam_handle_t *handle, int argc, const char **argv,
		 enum mfa_authd_phase phase, struct mfa_diag *diag,
		 struct claims *ret_claims)
{
	const char *user = NULL;
	*ret_claims = (struct claims){ .handle = handle, .begin = { .phase = phase } };
	int err = mfa_arguments_parse(argc, argv, diag, &ret_claims->arguments);
	if (err == MFA_OK)
		err = get_user(handle, diag, &user);
	if (err == MFA_OK && fill_begin(ret_claims, user) != MFA_OK)
		err = mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
	return err;
}

void claims_done(struct claims *claims)
{
	free(claims->copies);
	claims->copies = NULL;
}

const char *claims_other_user(const struct claims *claims)
{
	const char *user = item(claims->handle, PAM_USER);
	return strcmp(user, claims->user) == 0 ? "" : user_to_send(user);
}
