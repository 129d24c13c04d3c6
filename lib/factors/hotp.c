/* SPDX-License-Identifier: BSD-2-Clause */
/* HOTP (RFC 4226). The counter only moves forward. A YubiKey may type its token
 * identifier before the code (OATH Token Identifier Specification: two characters of the
 * maker, two of the kind of token, eight of the token); it is not secret and is
 * ignored. */
#include "factors.h"

#include <inttypes.h>
#include <stdio.h>

#include "mfa/oath.h"

enum {
	RESYNC_COUNTERS = 1000,
	IDENTIFIER_LEN = 12,
};

static bool is_identifier(const char *text)
{
	for (size_t i = 0; i < IDENTIFIER_LEN; i++) {
		bool is_digit = text[i] >= '0' && text[i] <= '9';
		bool is_letter = (text[i] | ' ') >= 'a' && (text[i] | ' ') <= 'z';
		if (!is_digit && !is_letter)
			return false;
	}
	return true;
}

/* The attempt without the token identifier before the code. */
static struct mfa_attempt strip_identifier(const struct mfa_oath *oath,
					   const struct mfa_attempt *attempt)
{
	struct mfa_attempt code = *attempt;
	if (attempt->len == IDENTIFIER_LEN + oath->digits &&
	    is_identifier(attempt->code)) {
		code.code += IDENTIFIER_LEN;
		code.len = oath->digits;
	}
	return code;
}

/* Compares with every counter of the window, so that timing does not reveal a match. The
 * last accepted code is included, to distinguish a used code from a wrong one. */
static int search_counters(const struct mfa_oath *oath, const struct mfa_attempt *attempt,
			   uint64_t *ret_counter, enum mfa_check *ret_check)
{
	enum mfa_check check = MFA_CHECK_WRONG;
	uint64_t found = 0;
	uint64_t last = oath->counter + (uint64_t)attempt->zone->hotp_look_ahead;
	uint64_t first = oath->counter > 0 ? oath->counter - 1 : 0;
	for (uint64_t counter = first; counter <= last; counter++) {
		bool is_equal = false;
		int err = mfa_oath_compare(oath, counter, attempt, &is_equal);
		if (err != MFA_OK)
			return err;
		bool is_new = counter >= oath->counter;
		if (is_equal && is_new && check != MFA_CHECK_RIGHT) {
			check = MFA_CHECK_RIGHT;
			found = counter;
		} else if (is_equal && check == MFA_CHECK_WRONG) {
			check = MFA_CHECK_USED;
		}
	}
	*ret_counter = found;
	*ret_check = check;
	return MFA_OK;
}

static int hotp_verify(const struct mfa_token *token, const struct mfa_attempt *attempt,
		       enum mfa_check *ret_check, struct mfa_advance *ret_advance)
{
	struct mfa_oath oath;
	int err = mfa_oath_load(token, &oath);
	if (err != MFA_OK)
		return err;
	const struct mfa_attempt code = strip_identifier(&oath, attempt);
	if (!mfa_oath_fits(&oath, &code)) {
		*ret_check = MFA_CHECK_MISFIT;
		return MFA_OK;
	}
	uint64_t counter = 0;
	enum mfa_check check = MFA_CHECK_WRONG;
	err = search_counters(&oath, &code, &counter, &check);
	if (err != MFA_OK)
		return err;
	if (check == MFA_CHECK_RIGHT)
		*ret_advance = (struct mfa_advance){ .counter = counter + 1 };
	*ret_check = check;
	return MFA_OK;
}

static size_t hotp_count_codes(const struct mfa_token *token, const struct mfa_zone *zone,
			       int64_t now MFA_UNUSED)
{
	struct mfa_oath oath;
	if (mfa_oath_load(token, &oath) != MFA_OK)
		return 0;
	return (size_t)zone->hotp_look_ahead + 1;
}

static void hotp_describe(const struct mfa_token *token,
			  char ret_text[static MFA_DESCRIPTION_SIZE])
{
	struct mfa_oath oath;
	if (mfa_oath_load(token, &oath) != MFA_OK)
		(void)snprintf(ret_text, MFA_DESCRIPTION_SIZE, "unreadable");
	else
		(void)snprintf(ret_text, MFA_DESCRIPTION_SIZE,
			       "%s, %u digits, next counter %" PRIu64,
			       mfa_hash_name(oath.hash), oath.digits, oath.counter);
}

static int hotp_resync(struct mfa_token *token, const struct mfa_attempt *first,
		       const struct mfa_attempt *second)
{
	struct mfa_oath oath;
	int err = mfa_oath_load(token, &oath);
	if (err != MFA_OK)
		return err;
	const struct mfa_attempt codes[] = { strip_identifier(&oath, first),
					     strip_identifier(&oath, second) };
	if (!mfa_oath_fits(&oath, &codes[0]) || !mfa_oath_fits(&oath, &codes[1]))
		return MFA_ERR_NOTFOUND;
	for (uint64_t ahead = 0; ahead <= RESYNC_COUNTERS; ahead++) {
		bool is_first = false;
		bool is_second = false;
		uint64_t counter = oath.counter + ahead;
		err = mfa_oath_compare(&oath, counter, &codes[0], &is_first);
		if (err == MFA_OK && is_first)
			err = mfa_oath_compare(&oath, counter + 1, &codes[1], &is_second);
		if (err != MFA_OK)
			return err;
		if (is_first && is_second) {
			oath.counter = counter + 2;
			return mfa_oath_save(&oath, token);
		}
	}
	return MFA_ERR_NOTFOUND;
}

const struct mfa_factor_ops mfa_factor_hotp = {
	.kind = MFA_KIND_HOTP,
	.verify = hotp_verify,
	.advance = mfa_oath_advance,
	.code_len = mfa_oath_code_len,
	.count_codes = hotp_count_codes,
	.describe = hotp_describe,
	.resync = hotp_resync,
};
