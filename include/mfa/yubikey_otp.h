/* SPDX-License-Identifier: BSD-2-Clause */
/* Yubico OTP: the 44 characters that a YubiKey types, checked on this host.
 * Yubico, "YubiKey Technical Manual", OTP section; the code is modhex. */
#pragma once

#include "mfa/record.h"
#include "mfa/secret.h"

enum {
	MFA_YUBIKEY_PUBLIC_LEN = 6,
	MFA_YUBIKEY_PRIVATE_LEN = 6,
	MFA_YUBIKEY_AES_LEN = 16,
	MFA_YUBIKEY_CODE_LEN = 2 * (MFA_YUBIKEY_PUBLIC_LEN + MFA_YUBIKEY_AES_LEN),
};

/* What a yubikey-otp token is made from, and what its data hold. */
struct mfa_yubikey_otp {
	uint32_t serial;  /* 0: not known */
	unsigned slot;	  /* 1 or 2; 0: not known */
	uint32_t counter; /* last accepted: session << 8 | use; 0: none */
	/* borrowed from the token, or the caller */
	const unsigned char *public_id;
	const unsigned char *private_id;
	const unsigned char *aes_key;
};

/* Writes the data of a yubikey-otp token (MFA_ERR_INVALID), and reads them strictly
 * (MFA_ERR_INTEGRITY); ids and key that are read point into the token. */
int mfa_yubikey_otp_save(const struct mfa_yubikey_otp *otp, struct mfa_token *token)
	MFA_MUST_CHECK;
int mfa_yubikey_otp_load(const struct mfa_token *token, struct mfa_yubikey_otp *ret_otp)
	MFA_MUST_CHECK;

/* The public id in modhex, as the code begins. */
enum {
	MFA_YUBIKEY_MODHEX_SIZE = 2 * MFA_YUBIKEY_PUBLIC_LEN + 1
};
void mfa_yubikey_otp_format_id(const unsigned char public_id[MFA_YUBIKEY_PUBLIC_LEN],
			       char ret_text[static MFA_YUBIKEY_MODHEX_SIZE]);

/* Whether a normalized answer has the form of such a code: as any layout of keyboards
 * that lib/factors/modhex_layout.h knows makes it, also with Caps Lock. */
bool mfa_yubikey_otp_is_code(const char *answer, size_t len);

/* Whether an answer is such a code of which a Japanese input method has made something
 * that cannot be read back, as from Roman letters: never right, and not counted as a
 * guess. */
bool mfa_yubikey_otp_is_garbled(const char *answer, size_t len);

/* The token's secrets from the line that personalization tools write: fields between
 * commas of which one each is the public id (12 modhex characters), the private id (12
 * hexadecimal digits), the AES key (32 hexadecimal digits); ret_secret has
 * MFA_YUBIKEY_PUBLIC_LEN + MFA_YUBIKEY_PRIVATE_LEN + MFA_YUBIKEY_AES_LEN bytes, and
 * ret_serial is the first field's number, or 0. MFA_ERR_INVALID, MFA_ERR_NOMEM. */
int mfa_yubikey_otp_parse(const char *line, size_t len, struct mfa_secret *ret_secret,
			  uint32_t *ret_serial) MFA_MUST_CHECK;
