/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/seal.h"

#include <sodium.h>

enum {
	NONCE_SIZE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
	TAG_SIZE = crypto_aead_xchacha20poly1305_ietf_ABYTES,
};

_Static_assert(NONCE_SIZE + TAG_SIZE == MFA_SEAL_OVERHEAD, "overhead");
_Static_assert(MFA_SUBKEY_SIZE == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "key");
_Static_assert(MFA_SUBKEY_SIZE == crypto_kdf_KEYBYTES, "half of a store key");
_Static_assert(MFA_KEY_SIZE == 2 * MFA_SUBKEY_SIZE, "store key");

int mfa_seal_derive(const struct mfa_secret *store_key, enum mfa_key_use use,
		    unsigned char ret_key[static MFA_SUBKEY_SIZE])
{
	static const char context[crypto_kdf_CONTEXTBYTES] = "pam_mfa";
	if (store_key->len != MFA_KEY_SIZE)
		return MFA_ERR_INVALID;
	size_t half = use == MFA_KEY_RECORD ? 0 : MFA_SUBKEY_SIZE;
	(void)crypto_kdf_derive_from_key(ret_key, MFA_SUBKEY_SIZE, (uint64_t)use, context,
					 store_key->data + half);
	return MFA_OK;
}

void mfa_seal(const unsigned char key[static MFA_SUBKEY_SIZE], struct mfa_span context,
	      struct mfa_span plain, unsigned char *ret_sealed)
{
	randombytes_buf(ret_sealed, NONCE_SIZE);
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(
		ret_sealed + NONCE_SIZE, NULL, plain.data, plain.len, context.data,
		context.len, NULL, ret_sealed, key);
}

int mfa_unseal(const unsigned char key[static MFA_SUBKEY_SIZE], struct mfa_span context,
	       struct mfa_span sealed, unsigned char *ret_plain)
{
	if (sealed.len < MFA_SEAL_OVERHEAD)
		return MFA_ERR_INTEGRITY;
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(
		    ret_plain, NULL, NULL, sealed.data + NONCE_SIZE,
		    sealed.len - NONCE_SIZE, context.data, context.len, sealed.data,
		    key) != 0) {
		mfa_wipe(ret_plain, sealed.len - MFA_SEAL_OVERHEAD);
		return MFA_ERR_INTEGRITY;
	}
	return MFA_OK;
}
