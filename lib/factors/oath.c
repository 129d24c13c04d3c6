/* SPDX-License-Identifier: BSD-2-Clause */
/* What HOTP and TOTP share: the token's data, and comparing a code with a counter's. */
#include "mfa/oath.h"

#include <stdlib.h>
#include <string.h>

#include <liboath/oath.h>

#include "mfa/bytes.h"
#include "mfa/text.h"

enum {
	AT_HASH = 0,
	AT_DIGITS = 1,
	AT_SECRET_LEN = 2,
	AT_PERIOD = 4,
	AT_DRIFT = 6,
	AT_COUNTER = 8,
	AT_DRIFT_BASE = 16,
	AT_SECRET = 24,
	DIGITS_MIN = 6,
	DIGITS_MAX = 8,
};

_Static_assert((int)AT_SECRET + (int)MFA_OATH_SECRET_MAX <= (int)MFA_TOKEN_DATA_SIZE,
	       "a secret must fit");

static const struct {
	enum mfa_hash hash;
	const char *name;
	size_t secret_len;
	int liboath_flag;
} hashes[] = {
	{ MFA_HASH_SHA1, "sha1", 20, 0 },
	{ MFA_HASH_SHA256, "sha256", 32, OATH_TOTP_HMAC_SHA256 },
	{ MFA_HASH_SHA512, "sha512", 64, OATH_TOTP_HMAC_SHA512 },
};

static size_t hash_index(enum mfa_hash hash)
{
	size_t i = 0;
	while (i < MFA_COUNT(hashes) && hashes[i].hash != hash)
		i++;
	return i;
}

const char *mfa_hash_name(enum mfa_hash hash)
{
	size_t i = hash_index(hash);
	return i < MFA_COUNT(hashes) ? hashes[i].name : "unknown";
}

enum mfa_hash mfa_hash_from_name(const char *name)
{
	for (size_t i = 0; i < MFA_COUNT(hashes); i++)
		if (strcmp(hashes[i].name, name) == 0)
			return hashes[i].hash;
	return (enum mfa_hash)0;
}

size_t mfa_hash_secret_len(enum mfa_hash hash)
{
	size_t i = hash_index(hash);
	return i < MFA_COUNT(hashes) ? hashes[i].secret_len : 0;
}

static bool is_valid_oath(enum mfa_kind kind, const struct mfa_oath *oath)
{
	bool period_ok = kind == MFA_KIND_HOTP ? oath->period == 0
					       : oath->period == 30 || oath->period == 60;
	return (kind == MFA_KIND_TOTP || kind == MFA_KIND_HOTP) &&
	       hash_index(oath->hash) < MFA_COUNT(hashes) && oath->digits >= DIGITS_MIN &&
	       oath->digits <= DIGITS_MAX && period_ok &&
	       oath->counter <= INT64_MAX / 2 &&
	       oath->secret_len >= MFA_OATH_SECRET_MIN &&
	       oath->secret_len <= MFA_OATH_SECRET_MAX && oath->drift >= INT16_MIN &&
	       oath->drift <= INT16_MAX && oath->drift_base >= INT16_MIN &&
	       oath->drift_base <= INT16_MAX;
}

int mfa_oath_save(const struct mfa_oath *oath, struct mfa_token *token)
{
	if (!is_valid_oath(token->kind, oath))
		return MFA_ERR_INVALID;
	/* the secret may be in the token already */
	unsigned char *data = token->data;
	memmove(data + AT_SECRET, oath->secret, oath->secret_len);
	memset(data, 0, AT_SECRET);
	memset(data + AT_SECRET + oath->secret_len, 0,
	       MFA_TOKEN_DATA_SIZE - AT_SECRET - oath->secret_len);
	data[AT_HASH] = (unsigned char)oath->hash;
	data[AT_DIGITS] = (unsigned char)oath->digits;
	data[AT_SECRET_LEN] = (unsigned char)oath->secret_len;
	mfa_put16(data + AT_PERIOD, (uint16_t)oath->period);
	mfa_put16(data + AT_DRIFT, (uint16_t)(int16_t)oath->drift);
	mfa_put64(data + AT_COUNTER, oath->counter);
	mfa_put16(data + AT_DRIFT_BASE, (uint16_t)(int16_t)oath->drift_base);
	return MFA_OK;
}

int mfa_oath_load(const struct mfa_token *token, struct mfa_oath *ret_oath)
{
	const unsigned char *data = token->data;
	ret_oath->hash = (enum mfa_hash)data[AT_HASH];
	ret_oath->digits = data[AT_DIGITS];
	ret_oath->secret_len = data[AT_SECRET_LEN];
	ret_oath->period = mfa_get16(data + AT_PERIOD);
	ret_oath->drift = (int16_t)mfa_get16(data + AT_DRIFT);
	ret_oath->counter = mfa_get64(data + AT_COUNTER);
	ret_oath->drift_base = (int16_t)mfa_get16(data + AT_DRIFT_BASE);
	ret_oath->secret = data + AT_SECRET;
	return is_valid_oath(token->kind, ret_oath) ? MFA_OK : MFA_ERR_INTEGRITY;
}

bool mfa_oath_fits(const struct mfa_oath *oath, const struct mfa_attempt *attempt)
{
	if (attempt->len != oath->digits)
		return false;
	for (size_t i = 0; i < attempt->len; i++)
		if (attempt->code[i] < '0' || attempt->code[i] > '9')
			return false;
	return true;
}

/* liboath's TOTP with steps of one second and the counter as the time is HOTP with a
 * choice of hash. liboath's own comparison is not in constant time. */
int mfa_oath_compare(const struct mfa_oath *oath, uint64_t counter,
		     const struct mfa_attempt *attempt, bool *ret_equal)
{
	char code[DIGITS_MAX + 1] = { 0 };
	int flag = hashes[hash_index(oath->hash)].liboath_flag;
	int rc = oath_totp_generate2((const char *)oath->secret, oath->secret_len,
				     (time_t)counter, 1, 0, oath->digits, flag, code);
	if (rc == OATH_OK)
		*ret_equal = mfa_secret_is_equal(code, attempt->code, oath->digits);
	mfa_wipe(code, sizeof code);
	return rc == OATH_OK ? MFA_OK : MFA_ERR_CRYPTO;
}

int mfa_oath_advance(struct mfa_token *token, const struct mfa_advance *to)
{
	struct mfa_oath oath;
	int err = mfa_oath_load(token, &oath);
	if (err != MFA_OK)
		return err;
	oath.counter = to->counter;
	oath.drift = to->drift;
	return mfa_oath_save(&oath, token);
}

size_t mfa_oath_code_len(const struct mfa_token *token)
{
	struct mfa_oath oath;
	return mfa_oath_load(token, &oath) == MFA_OK ? oath.digits : 0;
}
