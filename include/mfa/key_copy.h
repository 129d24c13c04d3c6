/* SPDX-License-Identifier: BSD-2-Clause */
/* A copy of the store key, kept apart from the host: sealed by a passphrase. See
 * docs/store-format.md. */
#pragma once

#include "mfa/secret.h"

enum {
	MFA_KEY_ID_SIZE = 20, /* of a key's id as text, with its NUL */
	MFA_KEY_ID_BYTES = 8,
	MFA_KEY_HOST_SIZE = 64, /* of a host's name, with its NUL */
	MFA_KEY_COPY_SIZE = 233,
};

/* The id of a store key (MFA_KEY_SIZE bytes): a hash under the key itself, so it may be
 * shown to anybody. As text: four groups of four hexadecimal digits. */
void mfa_key_id_bytes(const struct mfa_secret *key,
		      unsigned char ret_id[static MFA_KEY_ID_BYTES]);
void mfa_key_id(const struct mfa_secret *key, char ret_id[static MFA_KEY_ID_SIZE]);

/* What a copy holds. The key is owned: see mfa_key_copy_done. */
struct mfa_key_copy {
	struct mfa_secret key;
	int64_t time;		      /* of the copy, seconds since 1970; 0: not known */
	char host[MFA_KEY_HOST_SIZE]; /* where it was made; "": not known */
};

/* Wipes and frees; safe to call twice and on a zeroed struct. */
void mfa_key_copy_done(struct mfa_key_copy *copy);

/* What trying one passphrase costs (Argon2id, RFC 9106). */
struct mfa_key_copy_cost {
	uint32_t passes;
	uint32_t memory_kib;
};

/* That of new copies. */
extern const struct mfa_key_copy_cost mfa_key_copy_cost;

/* Writes MFA_KEY_COPY_SIZE bytes. MFA_ERR_INVALID: no key of that size, or a cost that
 * mfa_key_copy_open would refuse; MFA_ERR_NOMEM. */
int mfa_key_copy_seal(const struct mfa_key_copy *copy,
		      const struct mfa_secret *passphrase,
		      const struct mfa_key_copy_cost *cost,
		      unsigned char ret_bytes[static MFA_KEY_COPY_SIZE]) MFA_MUST_CHECK;

/* Whether the bytes are a copy that mfa_key_copy_open would try, without a passphrase.
 * MFA_ERR_INVALID: no copy; MFA_ERR_INTEGRITY: damaged; MFA_ERR_UNSUPPORTED: of a newer
 * version, or its cost is absurd. */
int mfa_key_copy_inspect(struct mfa_span bytes) MFA_MUST_CHECK;

/* Opens a copy. As mfa_key_copy_inspect, and MFA_ERR_CRYPTO: the passphrase is wrong, or
 * somebody has altered the copy; MFA_ERR_NOMEM. At most 512 MiB are used, and at most
 * eight passes over them. */
int mfa_key_copy_open(struct mfa_span bytes, const struct mfa_secret *passphrase,
		      struct mfa_key_copy *ret_copy) MFA_MUST_CHECK;

/* Writes a copy to a file that is not there yet, durably, mode 0600. It gets its name
 * when it is complete. Any folder will do, also one on a FAT stick of a person's.
 * MFA_ERR_EXISTS, MFA_ERR_NOSPACE, MFA_ERR_READONLY, ... */
int mfa_key_copy_write(const char *path,
		       const unsigned char bytes[static MFA_KEY_COPY_SIZE],
		       struct mfa_diag *diag) MFA_MUST_CHECK;

/* Reads a file of at most MFA_KEY_COPY_SIZE bytes, which anybody may own.
 * MFA_ERR_NOTFOUND, MFA_ERR_INVALID (no regular file, or longer), ... */
int mfa_key_copy_read(const char *path, struct mfa_diag *diag,
		      unsigned char ret_bytes[static MFA_KEY_COPY_SIZE], size_t *ret_len)
	MFA_MUST_CHECK;
