/* SPDX-License-Identifier: BSD-2-Clause */
/* OATH tokens: HOTP (RFC 4226) and TOTP (RFC 6238), on liboath. */
#pragma once

#include "mfa/factor.h"

enum mfa_hash {
	MFA_HASH_SHA1 = 1,
	MFA_HASH_SHA256 = 2,
	MFA_HASH_SHA512 = 3
};

enum {
	MFA_OATH_SECRET_MIN = 10,     /* 80 bits, as older authenticators have */
	MFA_OATH_SECRET_ADVISED = 16, /* RFC 4226 section 4, R6: 128 bits */
	MFA_OATH_SECRET_MAX = 64,
};

/* What an OATH token is made from, and what its data hold. */
struct mfa_oath {
	enum mfa_hash hash;
	unsigned digits;  /* 6, 7 or 8 */
	unsigned period;  /* TOTP: seconds of a time step, 30 or 60 */
	uint64_t counter; /* HOTP: the next; TOTP: the last accepted step, 0: none */
	int drift;	  /* TOTP: steps that the token's clock is ahead, as last seen */
	int drift_base;	  /* TOTP: the same at enrolment or the last resync */
	const unsigned char *secret; /* borrowed from the token, or the caller */
	size_t secret_len;
};

/* "sha1", "sha256", "sha512", or "unknown"; and back, 0 for no such name. */
const char *mfa_hash_name(enum mfa_hash hash);
enum mfa_hash mfa_hash_from_name(const char *name);

/* The secret length that suits a hash: 20, 32 or 64 bytes. */
size_t mfa_hash_secret_len(enum mfa_hash hash);

/* Writes the data of a totp or hotp token (MFA_ERR_INVALID), and reads them strictly
 * (MFA_ERR_INTEGRITY); the secret that is read points into the token. */
int mfa_oath_save(const struct mfa_oath *oath, struct mfa_token *token) MFA_MUST_CHECK;
int mfa_oath_load(const struct mfa_token *token, struct mfa_oath *ret_oath)
	MFA_MUST_CHECK;

/* Compares a code with the one of a counter or time step, in constant time.
 * MFA_ERR_CRYPTO. */
int mfa_oath_compare(const struct mfa_oath *oath, uint64_t counter,
		     const struct mfa_attempt *attempt, bool *ret_equal) MFA_MUST_CHECK;

/* Whether the code has the right number of digits and nothing else. */
bool mfa_oath_fits(const struct mfa_oath *oath, const struct mfa_attempt *attempt);

/* Operations of struct mfa_factor_ops that totp and hotp share. */
int mfa_oath_advance(struct mfa_token *token, const struct mfa_advance *to)
	MFA_MUST_CHECK;
size_t mfa_oath_code_len(const struct mfa_token *token);

/* The otpauth URI (Key Uri Format) of a token, NUL-terminated, with its secret in
 * base32. MFA_ERR_NOMEM. */
int mfa_oath_uri(const struct mfa_token *token, const char *issuer, const char *user,
		 struct mfa_secret *ret_uri) MFA_MUST_CHECK;

/* The secret in base32 in groups of four, NUL-terminated. MFA_ERR_NOMEM. */
int mfa_oath_base32(const struct mfa_token *token, struct mfa_secret *ret_text)
	MFA_MUST_CHECK;

/* Parses a secret: base32 (RFC 4648; lower case, spaces, hyphens and a
 * missing padding are fine) or hexadecimal. MFA_ERR_INVALID for other characters or a
 * length outside MFA_OATH_SECRET_MIN..MAX. */
int mfa_oath_parse_base32(const char *text, size_t len, struct mfa_secret *ret_secret)
	MFA_MUST_CHECK;
int mfa_oath_parse_hex(const char *text, size_t len, struct mfa_secret *ret_secret)
	MFA_MUST_CHECK;
