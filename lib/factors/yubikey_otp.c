/* SPDX-License-Identifier: BSD-2-Clause */
/* Yubico OTP. The session and use counters only move forward. */
#include "mfa/yubikey_otp.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>
#include <yubikey.h>

#include "factors.h"
#include "mfa/bytes.h"
#include "modhex_layout.h"

enum {
	AT_SLOT = 0,
	AT_SERIAL = 4,
	AT_COUNTER = 8,
	AT_PUBLIC = 16,
	AT_PRIVATE = 24,
	AT_AES = 32,
	AT_END = AT_AES + MFA_YUBIKEY_AES_LEN,
	SLOTS = 2,
	USE_BITS = 8,
	COUNTER_MAX = (1 << (15 + USE_BITS)) - 1, /* fifteen bits count sessions */
	CIPHER_STACK = 1024, /* more than libyubikey's cipher takes */
	ID_CHARACTERS = 2 * MFA_YUBIKEY_PUBLIC_LEN,
};

_Static_assert(MFA_YUBIKEY_AES_LEN == YUBIKEY_KEY_SIZE &&
		       MFA_YUBIKEY_PRIVATE_LEN == YUBIKEY_UID_SIZE,
	       "as libyubikey has them");

static bool is_valid_otp(const struct mfa_yubikey_otp *otp)
{
	return otp->slot <= SLOTS && otp->counter <= COUNTER_MAX;
}

int mfa_yubikey_otp_save(const struct mfa_yubikey_otp *otp, struct mfa_token *token)
{
	unsigned char data[AT_END] = { 0 };
	if (!is_valid_otp(otp))
		return MFA_ERR_INVALID;
	data[AT_SLOT] = (unsigned char)otp->slot;
	mfa_put32(data + AT_SERIAL, otp->serial);
	mfa_put32(data + AT_COUNTER, otp->counter);
	memcpy(data + AT_PUBLIC, otp->public_id, MFA_YUBIKEY_PUBLIC_LEN);
	memcpy(data + AT_PRIVATE, otp->private_id, MFA_YUBIKEY_PRIVATE_LEN);
	memcpy(data + AT_AES, otp->aes_key, MFA_YUBIKEY_AES_LEN);
	memcpy(token->data, data, sizeof data);
	memset(token->data + AT_END, 0, MFA_TOKEN_DATA_SIZE - AT_END);
	mfa_wipe(data, sizeof data);
	return MFA_OK;
}

int mfa_yubikey_otp_load(const struct mfa_token *token, struct mfa_yubikey_otp *ret_otp)
{
	const unsigned char *data = token->data;
	*ret_otp = (struct mfa_yubikey_otp){
		.serial = mfa_get32(data + AT_SERIAL),
		.slot = data[AT_SLOT],
		.counter = mfa_get32(data + AT_COUNTER),
		.public_id = data + AT_PUBLIC,
		.private_id = data + AT_PRIVATE,
		.aes_key = data + AT_AES,
	};
	return token->kind == MFA_KIND_YUBIKEY_OTP && is_valid_otp(ret_otp)
		       ? MFA_OK
		       : MFA_ERR_INTEGRITY;
}

void mfa_yubikey_otp_format_id(const unsigned char public_id[MFA_YUBIKEY_PUBLIC_LEN],
			       char ret_text[static MFA_YUBIKEY_MODHEX_SIZE])
{
	yubikey_modhex_encode(ret_text, (const char *)public_id, MFA_YUBIKEY_PUBLIC_LEN);
}

/* The parts of a code of the right form. */
struct opened {
	unsigned char public_id[MFA_YUBIKEY_PUBLIC_LEN];
	yubikey_token_st ticket;
};

static void wipe_opened(struct opened *opened)
{
	mfa_wipe(opened, sizeof *opened);
}

static void open_code(const char *code, const unsigned char *aes_key,
		      struct opened *ret_opened)
{
	yubikey_modhex_decode((char *)ret_opened->public_id, code,
			      sizeof ret_opened->public_id);
	yubikey_modhex_decode((char *)&ret_opened->ticket, code + ID_CHARACTERS,
			      sizeof ret_opened->ticket);
	yubikey_aes_decrypt((uint8_t *)&ret_opened->ticket, aes_key);
	sodium_stackzero(CIPHER_STACK); /* it leaves the key there */
}

static uint32_t ticket_counter(const yubikey_token_st *ticket)
{
	return (uint32_t)yubikey_counter(ticket->ctr) << USE_BITS | ticket->use;
}

static enum mfa_check check_ticket(const struct mfa_yubikey_otp *otp,
				   const struct opened *opened)
{
	const yubikey_token_st *ticket = &opened->ticket;
	bool is_whole = yubikey_crc_ok_p((const uint8_t *)ticket);
	bool is_mine = mfa_secret_is_equal(ticket->uid, otp->private_id,
					   MFA_YUBIKEY_PRIVATE_LEN);
	if (!is_whole || !is_mine)
		return MFA_CHECK_WRONG;
	return ticket_counter(ticket) > otp->counter ? MFA_CHECK_RIGHT : MFA_CHECK_USED;
}

/* Decrypts also what is another token's, so that timing does not reveal whose it is. */
static enum mfa_check check_reading(const struct mfa_yubikey_otp *otp,
				    const struct modhex_reading *reading,
				    uint32_t *ret_counter)
{
	MFA_CLEANUP(wipe_opened) struct opened opened = { .public_id = { 0 } };
	open_code(reading->code, otp->aes_key, &opened);
	enum mfa_check check = check_ticket(otp, &opened);
	*ret_counter = ticket_counter(&opened.ticket);
	bool is_mine =
		memcmp(opened.public_id, otp->public_id, MFA_YUBIKEY_PUBLIC_LEN) == 0;
	return is_mine ? check : MFA_CHECK_MISFIT;
}

/* Id and ticket say which layout it was. If they said it of two, neither would count. */
static enum mfa_check check_readings(const struct mfa_yubikey_otp *otp,
				     const struct modhex_reading *readings, size_t count,
				     uint32_t *ret_counter)
{
	enum mfa_check best = MFA_CHECK_MISFIT;
	unsigned sound = 0;
	for (size_t i = 0; i < count; i++) {
		uint32_t counter = 0;
		enum mfa_check check = check_reading(otp, &readings[i], &counter);
		sound += check > MFA_CHECK_WRONG;
		if (check > best) {
			best = check;
			*ret_counter = counter;
		}
	}
	return sound > 1 ? MFA_CHECK_WRONG : best;
}

static int yubikey_otp_verify(const struct mfa_token *token,
			      const struct mfa_attempt *attempt,
			      enum mfa_check *ret_check, struct mfa_advance *ret_advance)
{
	struct mfa_yubikey_otp otp;
	struct modhex_reading readings[MODHEX_LAYOUTS];
	uint32_t counter = 0;
	int err = mfa_yubikey_otp_load(token, &otp);
	if (err != MFA_OK)
		return err;
	size_t count = modhex_read(attempt->code, attempt->len, readings);
	*ret_check = check_readings(&otp, readings, count, &counter);
	mfa_wipe(readings, sizeof readings);
	if (*ret_check == MFA_CHECK_RIGHT)
		*ret_advance = (struct mfa_advance){ .counter = counter };
	return MFA_OK;
}

static int yubikey_otp_advance(struct mfa_token *token, const struct mfa_advance *to)
{
	if (to->counter > COUNTER_MAX)
		return MFA_ERR_INVALID;
	mfa_put32(token->data + AT_COUNTER, (uint32_t)to->counter);
	return MFA_OK;
}

static size_t yubikey_otp_code_len(const struct mfa_token *token MFA_UNUSED)
{
	return MFA_YUBIKEY_CODE_LEN;
}

static void yubikey_otp_describe(const struct mfa_token *token,
				 char ret_text[static MFA_DESCRIPTION_SIZE])
{
	struct mfa_yubikey_otp otp;
	char id[MFA_YUBIKEY_MODHEX_SIZE];
	char serial[32] = "";
	if (mfa_yubikey_otp_load(token, &otp) != MFA_OK) {
		(void)snprintf(ret_text, MFA_DESCRIPTION_SIZE, "unreadable");
		return;
	}
	mfa_yubikey_otp_format_id(otp.public_id, id);
	if (otp.serial != 0)
		(void)snprintf(serial, sizeof serial, "serial %" PRIu32 ", ", otp.serial);
	(void)snprintf(ret_text, MFA_DESCRIPTION_SIZE,
		       "%spublic id %s, session %" PRIu32 ", use %" PRIu32, serial, id,
		       otp.counter >> USE_BITS, otp.counter & ((1 << USE_BITS) - 1));
}

static bool is_yubikey_otp_of(const struct mfa_token *token, const char *code, size_t len)
{
	char id[MFA_YUBIKEY_MODHEX_SIZE];
	struct mfa_yubikey_otp otp;
	struct modhex_reading readings[MODHEX_LAYOUTS];
	bool is_mine = false;
	if (mfa_yubikey_otp_load(token, &otp) != MFA_OK)
		return true; /* the evaluation reports the damage */
	mfa_yubikey_otp_format_id(otp.public_id, id);
	size_t count = modhex_read(code, len, readings);
	for (size_t i = 0; i < count; i++)
		is_mine |= memcmp(readings[i].code, id, ID_CHARACTERS) == 0;
	mfa_wipe(readings, sizeof readings);
	return is_mine;
}

const struct mfa_factor_ops mfa_factor_yubikey_otp = {
	.kind = MFA_KIND_YUBIKEY_OTP,
	.verify = yubikey_otp_verify,
	.advance = yubikey_otp_advance,
	.is_typed_code = mfa_yubikey_otp_is_code,
	.is_garbled_code = mfa_yubikey_otp_is_garbled,
	.is_code_of = is_yubikey_otp_of,
	.code_len = yubikey_otp_code_len,
	.describe = yubikey_otp_describe,
};
