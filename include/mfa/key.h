/* Where the store key comes from: file: now, other sources later. */
#pragma once

#include "mfa/secret.h"

/* Loads the store key, MFA_KEY_SIZE bytes, from its source ("file:/etc/pam_mfa/store.key").
 * The caller owns it. MFA_ERR_NOTFOUND, MFA_ERR_UNSAFE, MFA_ERR_INVALID (wrong size),
 * MFA_ERR_UNSUPPORTED. */
int mfa_key_load(const char *source, struct mfa_diag *diag, struct mfa_secret *ret_key)
	MFA_MUST_CHECK;

/* Makes a fresh key at the source; never overwrites one (MFA_ERR_EXISTS). */
int mfa_key_create(const char *source, struct mfa_diag *diag) MFA_MUST_CHECK;
