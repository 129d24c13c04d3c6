/* SPDX-License-Identifier: BSD-2-Clause */
/* Sealing: XChaCha20-Poly1305 under keys derived from the store key. */
#pragma once

#include "mfa/secret.h"

enum {
	/* A store key: 32 bytes to seal records, 32 bytes to chain the audit trail. A
	 * rekey may replace the first half alone, so that the trail goes on. */
	MFA_KEY_SIZE = 64,
	MFA_SUBKEY_SIZE = 32,
	MFA_SEAL_OVERHEAD = 24 + 16, /* nonce before, tag behind */
};

/* What a derived key is for. The numbers are part of the formats: never change one. */
enum mfa_key_use {
	MFA_KEY_RECORD = 1,
	MFA_KEY_AUDIT = 2,
	MFA_KEY_SOURCE = 3, /* from the trail's half: locks outlive a rekey */
	MFA_KEY_DECOY = 4,  /* also: a name keeps its decoy */
};

/* Derives a key (libsodium's KDF, BLAKE2b) into the caller's locked memory.
 * MFA_ERR_INVALID for a store key of another length. */
int mfa_seal_derive(const struct mfa_secret *store_key, enum mfa_key_use use,
		    unsigned char ret_key[static MFA_SUBKEY_SIZE]) MFA_MUST_CHECK;

/* Writes nonce, ciphertext and tag, plain.len + MFA_SEAL_OVERHEAD bytes, to ret_sealed.
 * The nonce is random and fresh. */
void mfa_seal(const unsigned char key[static MFA_SUBKEY_SIZE], struct mfa_span context,
	      struct mfa_span plain, unsigned char *ret_sealed);

/* Opens what mfa_seal wrote with the same key and context; writes
 * sealed.len - MFA_SEAL_OVERHEAD bytes. MFA_ERR_INTEGRITY leaves ret_plain zeroed. */
int mfa_unseal(const unsigned char key[static MFA_SUBKEY_SIZE], struct mfa_span context,
	       struct mfa_span sealed, unsigned char *ret_plain) MFA_MUST_CHECK;
