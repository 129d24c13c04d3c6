/* SPDX-License-Identifier: BSD-2-Clause */
/* That auth was passed: kept in the PAM handle, for the account phase of this login. */
#pragma once

#include <security/pam_modules.h>

#include "mfa/nss.h"

/* Notes that the account passed, by the name that PAM has for it now. Returns a PAM code.
 */
int auth_marker_set(pam_handle_t *handle, const char *user,
		    const struct identity *identity) MFA_MUST_CHECK;

/* Takes back what was noted. */
void auth_marker_clear(pam_handle_t *handle);

/* Whose account passed by this very name, as auth found it; NULL: nobody's. The handle's.
 */
const struct identity *auth_marker_find(pam_handle_t *handle, const char *user);

/* Whether this account passed auth in this handle, by whatever name. */
bool auth_marker_is_for(pam_handle_t *handle, const struct identity *identity);
