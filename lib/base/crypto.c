/* SPDX-License-Identifier: BSD-2-Clause */
/* What takes a cryptographic library. pam_mfa.so needs none of it, and loads none. */
#include <liboath/oath.h>
#include <sodium.h>

#include "mfa/secret.h"

int mfa_init(void)
{
	if (sodium_init() < 0 || oath_init() != OATH_OK)
		return MFA_ERR_CRYPTO;
	return MFA_OK;
}

int mfa_secret_random(size_t len, struct mfa_secret *ret_secret)
{
	int err = mfa_secret_alloc(len, ret_secret);
	if (err == MFA_OK)
		randombytes_buf(ret_secret->data, len);
	return err;
}

bool mfa_secret_is_equal(const void *a, const void *b, size_t len)
{
	return sodium_memcmp(a, b, len) == 0;
}
