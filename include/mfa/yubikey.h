/* SPDX-License-Identifier: BSD-2-Clause */
/* YubiKeys that answer challenges (HMAC-SHA1): the token, challenges and answers. */
#pragma once

#include "mfa/factor.h"
#include "mfa/record.h"
#include "mfa/secret.h"

enum {
	MFA_YUBIKEY_ACCESS_LEN = 6, /* an access code */
	MFA_YUBIKEY_SLOTS = 2,
	MFA_YUBIKEY_SECRET_LEN = 20,
	MFA_YUBIKEY_RESPONSE_LEN = 20,
	MFA_YUBIKEY_BLOCK_LEN = 64,
	/* One less than a block, and the last byte is never zero: so a slot that strips
	 * padding from the end of the block hashes exactly the challenge. */
	MFA_YUBIKEY_CHALLENGE_LEN = 63,
};

/* What a yubikey token is made from, and what its data hold. */
struct mfa_yubikey {
	uint32_t serial;
	unsigned slot; /* 1 or 2 */
	bool wants_touch;
	bool is_padded; /* the slot hashes whole blocks: the challenge and a zero */
	unsigned char version[3];    /* of the firmware at enrolment; zeros: not known */
	const unsigned char *secret; /* MFA_YUBIKEY_SECRET_LEN bytes, borrowed */
};

/* Writes the data of a yubikey token (MFA_ERR_INVALID), and reads them strictly
 * (MFA_ERR_INTEGRITY); the secret that is read points into the token. */
int mfa_yubikey_save(const struct mfa_yubikey *key, struct mfa_token *token)
	MFA_MUST_CHECK;
int mfa_yubikey_load(const struct mfa_token *token, struct mfa_yubikey *ret_key)
	MFA_MUST_CHECK;

struct mfa_yubikey_slot {
	uint32_t serial;
	unsigned slot;
};

/* Whether a YubiKey has a slot of this number. */
bool mfa_yubikey_is_slot(unsigned slot);

typedef void (*mfa_yubikey_hmac)(const unsigned char *secret,
				 const unsigned char *message, size_t len,
				 unsigned char ret_response[MFA_YUBIKEY_RESPONSE_LEN]);

/* A key's answer to a challenge. */
struct mfa_yubikey_answer {
	struct mfa_yubikey_slot from;
	unsigned char challenge[MFA_YUBIKEY_CHALLENGE_LEN];
	unsigned char response[MFA_YUBIKEY_RESPONSE_LEN];
	mfa_yubikey_hmac hmac; /* computes the right response */
};

/* As the answer of a device, for its factor. */
void mfa_yubikey_answer_pack(const struct mfa_yubikey_answer *answer,
			     struct mfa_device_answer *ret_answer);

/* A fresh random challenge. */
void mfa_yubikey_challenge(unsigned char ret_challenge[MFA_YUBIKEY_CHALLENGE_LEN]);

/* The right response of a key to a challenge. */
void mfa_yubikey_expect(const struct mfa_yubikey *key, mfa_yubikey_hmac hmac,
			const unsigned char *challenge,
			unsigned char ret_response[MFA_YUBIKEY_RESPONSE_LEN]);

/* An access code from its 12 hexadecimal digits; spaces, hyphens and colons between them
 * are ignored. MFA_ERR_INVALID, also for zeros, which mean none; MFA_ERR_NOMEM. */
int mfa_yubikey_parse_access(const char *text, size_t len, struct mfa_secret *ret_code)
	MFA_MUST_CHECK;
