/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the store key comes from: file: now, other sources later. */
#pragma once

#include "mfa/scheme.h"
#include "mfa/secret.h"
#include "mfa/snapshot.h"

/* The schemes of all sources of the store key, for mfa_scheme_find. */
const struct mfa_scheme *mfa_key_scheme(size_t index);

/* Loads the store key, MFA_KEY_SIZE bytes, from its source
 * ("file:/etc/pam_mfa/store.key"). The caller owns it. MFA_ERR_NOTFOUND, MFA_ERR_UNSAFE,
 * MFA_ERR_INVALID (wrong size), MFA_ERR_UNSUPPORTED. */
int mfa_key_load(const char *source, struct mfa_diag *diag, struct mfa_secret *ret_key)
	MFA_MUST_CHECK;

/* As mfa_key_load, into locked memory of the caller's (MFA_KEY_SIZE bytes). Until
 * ret_hold is closed no rekey can finish, so the key stays valid. MFA_ERR_BUSY. */
int mfa_key_load_held(const char *source, struct mfa_diag *diag, unsigned char *ret_key,
		      int *ret_hold) MFA_MUST_CHECK;

/* Lets rekeys go on while the key that was loaded with this hold is kept; then nobody may
 * use the key. MFA_ERR_IO: it is still held, until it is closed. */
int mfa_key_rest(int hold) MFA_MUST_CHECK;
/* Holds it again, at once or not at all. Whether it is still the key: see
 * mfa_key_add_files. MFA_ERR_BUSY: a rekey is about to end. */
int mfa_key_wake(int hold) MFA_MUST_CHECK;

/* Adds the files of a source: the key's, and that of the next key. */
void mfa_key_add_files(const char *source, struct mfa_snapshot *snapshot);

/* Makes a fresh key at the source; never overwrites one (MFA_ERR_EXISTS). */
int mfa_key_create(const char *source, struct mfa_diag *diag) MFA_MUST_CHECK;

/* Puts this key (MFA_KEY_SIZE bytes) at the source: where none is (MFA_ERR_EXISTS), or in
 * the place of what is there, which is then lost. MFA_ERR_INVALID. */
int mfa_key_put(const char *source, const struct mfa_secret *key, bool replaces,
		struct mfa_diag *diag) MFA_MUST_CHECK;

/* The file in which is noted what is known of the key (mfa/key_note.h). The caller frees
 * ret_path. */
int mfa_key_name_note(const char *source, struct mfa_diag *diag, char **ret_path)
	MFA_MUST_CHECK;

/* Fails if a key at the source, or beside it during a rekey, would be lost when the
 * machine restarts. MFA_ERR_UNSUPPORTED. */
int mfa_key_check_durable(const char *source, struct mfa_diag *diag) MFA_MUST_CHECK;

/* The next four are the steps of a rekey (lib/admin/rekey.c). First the next key is made
 * beside the current one; its half for the audit trail is key's, or fresh if key is NULL.
 * MFA_ERR_EXISTS. */
int mfa_key_create_next(const char *source, const struct mfa_secret *key,
			struct mfa_diag *diag) MFA_MUST_CHECK;

/* Loads the next key; the caller owns it. MFA_ERR_NOTFOUND: no rekey is going on. */
int mfa_key_load_next(const char *source, struct mfa_diag *diag,
		      struct mfa_secret *ret_key) MFA_MUST_CHECK;

/* Makes the caller's hold the only one (is_alone), which waits for those who loaded the
 * key before the next one existed; or one of many again. MFA_ERR_BUSY: somebody holds the
 * key for too long; the caller's own hold is lost. MFA_ERR_CONFLICT: another rekey has
 * replaced the key. */
int mfa_key_hold(const char *source, int hold, bool is_alone, struct mfa_diag *diag)
	MFA_MUST_CHECK;

/* Replaces the current key by the next one. The caller must be the only holder. */
int mfa_key_switch(const char *source, struct mfa_diag *diag) MFA_MUST_CHECK;
