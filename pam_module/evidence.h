/* That auth was passed: kept in the PAM handle, for the account phase of this login. */
#pragma once

#include <security/pam_modules.h>

#include "mfa/base.h"

/* Notes that user passed. Returns a PAM code. */
int evidence_set(pam_handle_t *handle, const char *user) MFA_MUST_CHECK;

/* Takes back what was noted. */
void evidence_clear(pam_handle_t *handle);

/* Whether this user passed auth in this handle. */
bool evidence_is_for(pam_handle_t *handle, const char *user);
