/* SPDX-License-Identifier: BSD-2-Clause */
/* What the plug-in exports. */
#include "driver.h"

#include <sodium.h>
#include <ykpbkdf2.h>

#include "mfa/plugin.h"

/* libykpers' HMAC does not fail with these lengths; if it did, no response would be
 * right. */
void driver_hmac(const unsigned char *secret, const unsigned char *message, size_t len,
		 unsigned char ret_response[MFA_YUBIKEY_RESPONSE_LEN])
{
	if (yk_hmac_sha1((const char *)secret, MFA_YUBIKEY_SECRET_LEN,
			 (const char *)message, len, ret_response,
			 MFA_YUBIKEY_RESPONSE_LEN) == 0)
		randombytes_buf(ret_response, MFA_YUBIKEY_RESPONSE_LEN);
	sodium_stackzero(DRIVER_STACK);
}

static const struct mfa_yubikey_driver driver = {
	.respond = driver_respond,
	.list = driver_list,
	.program = driver_program,
	.hmac = driver_hmac,
};

extern const struct mfa_plugin mfa_plugin;
MFA_PUBLIC const struct mfa_plugin mfa_plugin = { MFA_VERSION, &driver };
