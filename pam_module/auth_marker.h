/* SPDX-License-Identifier: BSD-2-Clause */
/* The mark that auth was passed, in the PAM handle, for the account phase of this
 * login. */
#pragma once

#include <security/pam_modules.h>

#include "mfa/authd_protocol.h"

struct auth_marker {
	bool is_set;
	char user[MFA_AUTHD_TEXT_MAX + 1]; /* PAM's name */
	char name[MFA_AUTHD_TEXT_MAX + 1]; /* the account's own */
	bool has_uid;
	uint32_t uid;
};

/* Makes room for the mark, unset, so that setting it cannot fail when the login has been
 * decided. Returns a PAM code. */
int auth_marker_prepare(pam_handle_t *handle) MFA_MUST_CHECK;

/* Sets the mark for an account, by the name that PAM has for it. Behind
 * auth_marker_prepare. */
void auth_marker_set(pam_handle_t *handle, const char *user,
		     const struct mfa_authd_verdict *verdict);

/* Removes the mark. */
void auth_marker_clear(pam_handle_t *handle);

/* The mark, if it is set, else NULL. Owned by the handle. */
const struct auth_marker *auth_marker_find(pam_handle_t *handle);
