/* SPDX-License-Identifier: BSD-2-Clause */
/* The mark that auth was passed, in the PAM handle, for the account phase of this
 * login. */
#pragma once

#include <security/pam_modules.h>

#include "mfa/nss.h"

/* Sets the mark for an account, and for the name that PAM has for it now. Returns a PAM
 * code. */
int auth_marker_set(pam_handle_t *handle, const char *user,
		    const struct identity *identity) MFA_MUST_CHECK;

/* Removes the mark. */
void auth_marker_clear(pam_handle_t *handle);

/* The account that passed by this name; NULL: none. Owned by the handle. */
const struct identity *auth_marker_find(pam_handle_t *handle, const char *user);

/* Whether this account passed auth in this handle, by any name. */
bool auth_marker_is_for(pam_handle_t *handle, const struct identity *identity);
