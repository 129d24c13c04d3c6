/* YubiKeys that answer challenges (HMAC-SHA1): the token that is bound to one, and what it
 * is asked and answers. */
#pragma once

#include "mfa/record.h"
#include "mfa/secret.h"

enum {
	MFA_YUBIKEY_SLOTS = 2,
	MFA_YUBIKEY_SECRET_LEN = 20,
	MFA_YUBIKEY_RESPONSE_LEN = 20,
	MFA_YUBIKEY_BLOCK_LEN = 64,
	/* One short of a block, and never with a zero at its end: so a slot that takes the
	 * block's end for padding hashes all of it, and nothing else. */
	MFA_YUBIKEY_CHALLENGE_LEN = 63,
};

/* What a yubikey token is made from, and what its data hold. */
struct mfa_yubikey {
	uint32_t serial;
	unsigned slot; /* 1 or 2 */
	bool wants_touch;
	bool is_padded; /* the slot hashes whole blocks: a zero follows the challenge */
	unsigned char version[3];    /* of the firmware, at enrolment; zeros: not known */
	const unsigned char *secret; /* MFA_YUBIKEY_SECRET_LEN bytes, borrowed */
};

/* Writes into, and reads strictly from, the data of a yubikey token; what is read points
 * into the token. MFA_ERR_INVALID; MFA_ERR_INTEGRITY. */
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
	mfa_yubikey_hmac hmac; /* what it is compared with comes from here */
};

/* A fresh random challenge. */
void mfa_yubikey_challenge(unsigned char ret_challenge[MFA_YUBIKEY_CHALLENGE_LEN]);

/* The right response of a key to a challenge. */
void mfa_yubikey_expect(const struct mfa_yubikey *key, mfa_yubikey_hmac hmac,
			const unsigned char *challenge,
			unsigned char ret_response[MFA_YUBIKEY_RESPONSE_LEN]);
