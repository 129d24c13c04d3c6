/* SPDX-License-Identifier: BSD-2-Clause */
/* YubiKey challenge-response: the token, and an answer against it. */
#include "mfa/yubikey.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "factors.h"
#include "mfa/bytes.h"

enum {
	AT_SLOT = 0,
	AT_FLAGS = 1,
	AT_VERSION = 2,
	AT_SERIAL = 8,
	AT_SECRET = 16,
	AT_END = AT_SECRET + MFA_YUBIKEY_SECRET_LEN,
	FLAG_TOUCH = 1,
	FLAG_PADDED = 2,
};

bool mfa_yubikey_is_slot(unsigned slot)
{
	return slot >= 1 && slot <= MFA_YUBIKEY_SLOTS;
}

int mfa_yubikey_save(const struct mfa_yubikey *key, struct mfa_token *token)
{
	if (!mfa_yubikey_is_slot(key->slot) || key->serial == 0)
		return MFA_ERR_INVALID;
	unsigned char *data = token->data;
	memmove(data + AT_SECRET, key->secret, MFA_YUBIKEY_SECRET_LEN);
	memset(data, 0, AT_SECRET);
	memset(data + AT_END, 0, MFA_TOKEN_DATA_SIZE - AT_END);
	data[AT_SLOT] = (unsigned char)key->slot;
	data[AT_FLAGS] = (unsigned char)((key->wants_touch ? FLAG_TOUCH : 0) |
					 (key->is_padded ? FLAG_PADDED : 0));
	memcpy(data + AT_VERSION, key->version, sizeof key->version);
	mfa_put32(data + AT_SERIAL, key->serial);
	return MFA_OK;
}

int mfa_yubikey_load(const struct mfa_token *token, struct mfa_yubikey *ret_key)
{
	const unsigned char *data = token->data;
	unsigned flags = data[AT_FLAGS];
	*ret_key = (struct mfa_yubikey){
		.serial = mfa_get32(data + AT_SERIAL),
		.slot = data[AT_SLOT],
		.wants_touch = (flags & FLAG_TOUCH) != 0,
		.is_padded = (flags & FLAG_PADDED) != 0,
		.secret = data + AT_SECRET,
	};
	memcpy(ret_key->version, data + AT_VERSION, sizeof ret_key->version);
	bool is_sound = token->kind == MFA_KIND_YUBIKEY &&
			mfa_yubikey_is_slot(ret_key->slot) && ret_key->serial != 0 &&
			(flags & ~(unsigned)(FLAG_TOUCH | FLAG_PADDED)) == 0;
	return is_sound ? MFA_OK : MFA_ERR_INTEGRITY;
}

int mfa_yubikey_parse_access(const char *text, size_t len, struct mfa_secret *ret_code)
{
	static const unsigned char none[MFA_YUBIKEY_ACCESS_LEN];
	unsigned char code[MFA_YUBIKEY_ACCESS_LEN] = { 0 };
	const char *end = NULL;
	size_t code_len = 0;
	int err = MFA_ERR_INVALID;
	if (sodium_hex2bin(code, sizeof code, text, len, " :-", &code_len, &end) == 0 &&
	    end == text + len && code_len == sizeof code &&
	    !mfa_secret_is_equal(code, none, sizeof code))
		err = mfa_secret_copy(code, sizeof code, ret_code);
	mfa_wipe(code, sizeof code);
	return err;
}

void mfa_yubikey_challenge(unsigned char ret_challenge[MFA_YUBIKEY_CHALLENGE_LEN])
{
	do {
		randombytes_buf(ret_challenge, MFA_YUBIKEY_CHALLENGE_LEN);
	} while (ret_challenge[MFA_YUBIKEY_CHALLENGE_LEN - 1] == 0);
}

void mfa_yubikey_expect(const struct mfa_yubikey *key, mfa_yubikey_hmac hmac,
			const unsigned char *challenge,
			unsigned char ret_response[MFA_YUBIKEY_RESPONSE_LEN])
{
	unsigned char block[MFA_YUBIKEY_BLOCK_LEN] = { 0 };
	memcpy(block, challenge, MFA_YUBIKEY_CHALLENGE_LEN);
	hmac(key->secret, block,
	     key->is_padded ? sizeof block : MFA_YUBIKEY_CHALLENGE_LEN, ret_response);
}

static_assert(sizeof(struct mfa_yubikey_answer) <= MFA_DEVICE_ANSWER_SIZE,
	      "an answer fits");

void mfa_yubikey_answer_pack(const struct mfa_yubikey_answer *answer,
			     struct mfa_device_answer *ret_answer)
{
	*ret_answer = (struct mfa_device_answer){ .kind = MFA_KIND_YUBIKEY };
	memcpy(ret_answer->bytes, answer, sizeof *answer);
}

static bool unpack_answer(const struct mfa_device_answer *packed,
			  struct mfa_yubikey_answer *ret_answer)
{
	if (packed == NULL || packed->kind != MFA_KIND_YUBIKEY)
		return false;
	memcpy(ret_answer, packed->bytes, sizeof *ret_answer);
	return true;
}

static int yubikey_verify(const struct mfa_token *token,
			  const struct mfa_attempt *attempt, enum mfa_check *ret_check,
			  struct mfa_advance *ret_advance MFA_UNUSED)
{
	struct mfa_yubikey key;
	unsigned char expected[MFA_YUBIKEY_RESPONSE_LEN];
	struct mfa_yubikey_answer answer;
	int err = mfa_yubikey_load(token, &key);
	if (err != MFA_OK)
		return err;
	if (!unpack_answer(attempt->answer, &answer) ||
	    answer.from.serial != key.serial || answer.from.slot != key.slot) {
		*ret_check = MFA_CHECK_MISFIT;
		return MFA_OK;
	}
	mfa_yubikey_expect(&key, answer.hmac, answer.challenge, expected);
	*ret_check = mfa_secret_is_equal(expected, answer.response, sizeof expected)
			     ? MFA_CHECK_RIGHT
			     : MFA_CHECK_WRONG;
	mfa_wipe(expected, sizeof expected);
	return MFA_OK;
}

/* The challenge was fresh, and nobody else has seen it: nothing is to be marked as used.
 */
static int yubikey_advance(struct mfa_token *token MFA_UNUSED,
			   const struct mfa_advance *to MFA_UNUSED)
{
	return MFA_OK;
}

static size_t yubikey_code_len(const struct mfa_token *token MFA_UNUSED)
{
	return 0;
}

static void yubikey_describe(const struct mfa_token *token,
			     char ret_text[static MFA_DESCRIPTION_SIZE])
{
	struct mfa_yubikey key;
	if (mfa_yubikey_load(token, &key) != MFA_OK)
		(void)snprintf(ret_text, MFA_DESCRIPTION_SIZE, "unreadable");
	else
		(void)snprintf(ret_text, MFA_DESCRIPTION_SIZE,
			       "serial %" PRIu32 ", slot %u, %s", key.serial, key.slot,
			       key.wants_touch ? "touch" : "no touch");
}

const struct mfa_factor_ops mfa_factor_yubikey = {
	.kind = MFA_KIND_YUBIKEY,
	.is_device = true,
	.verify = yubikey_verify,
	.advance = yubikey_advance,
	.code_len = yubikey_code_len,
	.describe = yubikey_describe,
};
