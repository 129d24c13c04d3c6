/* Where the store key comes from: file: now, other sources later. */
#pragma once

#include "mfa/secret.h"

/* Loads the store key, MFA_KEY_SIZE bytes, from its source ("file:/etc/pam_mfa/store.key").
 * The caller owns it. MFA_ERR_NOTFOUND, MFA_ERR_UNSAFE, MFA_ERR_INVALID (wrong size),
 * MFA_ERR_UNSUPPORTED. */
int mfa_key_load(const char *source, struct mfa_diag *diag, struct mfa_secret *ret_key)
	MFA_MUST_CHECK;

/* As mfa_key_load, into locked memory that the caller has, and keeps a rekey from ending
 * until ret_hold is closed: as long as the key is held, it is a key of the store.
 * MFA_ERR_BUSY. */
int mfa_key_load_held(const char *source, struct mfa_diag *diag, unsigned char *ret_key,
		      int *ret_hold) MFA_MUST_CHECK;

/* Makes a fresh key at the source; never overwrites one (MFA_ERR_EXISTS). */
int mfa_key_create(const char *source, struct mfa_diag *diag) MFA_MUST_CHECK;

/* Fails when a key that is made at the source, or beside it by a rekey, would not outlive
 * the next start of the machine. MFA_ERR_UNSUPPORTED. */
int mfa_key_check_durable(const char *source, struct mfa_diag *diag) MFA_MUST_CHECK;

/* A rekey in four steps (lib/admin/rekey.c): the next key is made beside the current one, with
 * key's half for the audit trail, or with a fresh one where key is NULL; it is there to
 * load for everybody; those who hold the key without having seen the next one are waited
 * for; the next one takes the place of the current one. */
int mfa_key_create_next(const char *source, const struct mfa_secret *key,
			struct mfa_diag *diag) MFA_MUST_CHECK;

/* MFA_ERR_NOTFOUND: no rekey is going on. */
int mfa_key_load_next(const char *source, struct mfa_diag *diag,
		      struct mfa_secret *ret_key) MFA_MUST_CHECK;

/* Makes the caller's hold the only one (is_alone), or one of many again.
 * MFA_ERR_BUSY: somebody else holds the key for long; the own hold is lost then.
 * MFA_ERR_CONFLICT: another rekey has replaced the key. */
int mfa_key_hold(const char *source, int hold, bool is_alone, struct mfa_diag *diag)
	MFA_MUST_CHECK;

/* With a hold alone. */
int mfa_key_switch(const char *source, struct mfa_diag *diag) MFA_MUST_CHECK;
