/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/decoy.h"

#include <string.h>

#include <sodium.h>

#include "mfa/bytes.h"
#include "mfa/seal.h"

enum {
	BASE = 10
};

_Static_assert(MFA_DECOYS <= BASE * BASE, "two digits");
_Static_assert(MFA_DECOY_KEY_SIZE == crypto_shorthash_KEYBYTES, "key");
_Static_assert((MFA_DECOYS & (MFA_DECOYS - 1)) == 0, "no remainder favours any");

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

void mfa_decoy_name(size_t index, char ret_name[static MFA_DECOY_NAME_SIZE])
{
	ret_name[0] = '\n';
	ret_name[1] = (char)('0' + index / BASE);
	ret_name[2] = (char)('0' + index % BASE);
	ret_name[3] = '\0';
}

bool mfa_decoy_is_name(const char *user)
{
	return user[0] == '\0' || (user[0] == '\n' && is_digit(user[1]) &&
				   is_digit(user[2]) && user[3] == '\0');
}

int mfa_decoy_derive(const struct mfa_secret *store_key,
		     unsigned char ret_key[static MFA_DECOY_KEY_SIZE])
{
	unsigned char key[MFA_SUBKEY_SIZE];
	int err = mfa_seal_derive(store_key, MFA_KEY_DECOY, key);
	if (err != MFA_OK)
		return err;
	memcpy(ret_key, key, MFA_DECOY_KEY_SIZE);
	mfa_wipe(key, sizeof key);
	return MFA_OK;
}

/* SipHash: every login does this, and most do not need it. */
void mfa_decoy_choose(const unsigned char key[static MFA_DECOY_KEY_SIZE],
		      const char *user, char ret_name[static MFA_DECOY_NAME_SIZE])
{
	unsigned char hash[crypto_shorthash_BYTES];
	(void)crypto_shorthash(hash, (const unsigned char *)user, strlen(user), key);
	mfa_decoy_name(mfa_get64(hash) % MFA_DECOYS, ret_name);
}
