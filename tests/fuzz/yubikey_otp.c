/* SPDX-License-Identifier: BSD-2-Clause */
/* What a YubiKey types: any text, and any ticket soundly encrypted; and the lines that
 * personalization tools write. */
#include "mfa/yubikey_otp.h"

#include <stdlib.h>
#include <string.h>

#include <yubikey.h>

#include "fuzz.h"
#include "mfa/factor.h"
#include "mfa/typed_code.h"

enum {
	ID_CHARACTERS = 2 * MFA_YUBIKEY_PUBLIC_LEN,
	STORED = 5 << 8 | 3
};

static const unsigned char public_id[MFA_YUBIKEY_PUBLIC_LEN] = { 0x2d, 0x34, 0x4e };
static const unsigned char private_id[MFA_YUBIKEY_PRIVATE_LEN] = { 1, 2, 3, 4, 5, 6 };
static const unsigned char aes_key[MFA_YUBIKEY_AES_LEN] = { 7, 8, 9 };

static struct mfa_token make_token(void)
{
	struct mfa_token token = { .kind = MFA_KIND_YUBIKEY_OTP,
				   .state = MFA_STATE_ACTIVE };
	const struct mfa_yubikey_otp otp = {
		.counter = STORED,
		.public_id = public_id,
		.private_id = private_id,
		.aes_key = aes_key,
	};
	must(mfa_yubikey_otp_save(&otp, &token) == MFA_OK);
	return token;
}

static enum mfa_check verify(const struct mfa_token *token, const char *code, size_t len,
			     struct mfa_advance *ret_advance)
{
	const struct mfa_factor_ops *factor = mfa_factor_find(MFA_KIND_YUBIKEY_OTP);
	struct mfa_attempt attempt = { .code = code, .len = len };
	enum mfa_check check = MFA_CHECK_MISFIT;
	must(factor->verify(token, &attempt, &check, ret_advance) == MFA_OK);
	return check;
}

/* Nobody finds a code without the key, and a code is not taken for a garbled one. */
static void check_text(const char *text, size_t len)
{
	struct mfa_token token = make_token();
	struct mfa_advance advance = { 0 };
	char *code = malloc(len + 1);
	must(code != NULL);
	memcpy(code, text, len + 1);
	bool is_garbled = mfa_yubikey_otp_is_garbled(code, len);
	must(memcmp(code, text, len) == 0);
	size_t plain_len = mfa_text_normalize_code(code, len);
	enum mfa_check check = verify(&token, code, plain_len, &advance);
	must(check == MFA_CHECK_MISFIT || check == MFA_CHECK_WRONG);
	must(!is_garbled || check == MFA_CHECK_MISFIT);
	free(code);
}

/* Through another layout it is the same code. */
static void check_layouts(const struct mfa_token *token, const char *code,
			  enum mfa_check check)
{
	static const char *const layouts[] = { "CBDEFGHIJKLNRTUV", "jxe.uidchtnbpygk",
					       "cbsftdhuneikpglv", "mvhrtgyuneokwbfc" };
	for (size_t i = 0; i < MFA_COUNT(layouts); i++) {
		char typed[MFA_YUBIKEY_CODE_LEN];
		struct mfa_advance advance = { 0 };
		for (size_t at = 0; at < sizeof typed; at++)
			typed[at] = layouts[i][strchr(YUBIKEY_MODHEX_MAP, code[at]) -
					       YUBIKEY_MODHEX_MAP];
		must(mfa_yubikey_otp_is_code(typed, sizeof typed));
		must(verify(token, typed, sizeof typed, &advance) == check);
	}
}

/* A ticket of any bytes under the right key: what it says decides, and it is right once.
 */
static void check_ticket(struct input *input, bool is_whole)
{
	yubikey_token_st ticket = { 0 };
	uint8_t bytes[sizeof ticket] = { 0 };
	char code[MFA_YUBIKEY_CODE_LEN + 1] = "";
	size_t len = input->len < sizeof ticket ? input->len : sizeof ticket;
	memcpy(&ticket, input->data, len);
	if (is_whole)
		ticket.crc = (uint16_t)~yubikey_crc16((const uint8_t *)&ticket,
						      sizeof ticket - sizeof ticket.crc);
	memcpy(bytes, &ticket, sizeof bytes);
	yubikey_aes_encrypt(bytes, aes_key);
	mfa_yubikey_otp_format_id(public_id, code);
	yubikey_modhex_encode(code + ID_CHARACTERS, (const char *)bytes, sizeof bytes);
	struct mfa_token token = make_token();
	struct mfa_advance advance = { 0 };
	uint32_t counter = (uint32_t)yubikey_counter(ticket.ctr) << 8 | ticket.use;
	bool is_sound = yubikey_crc_ok_p((const uint8_t *)&ticket) &&
			memcmp(ticket.uid, private_id, sizeof private_id) == 0;
	enum mfa_check check = verify(&token, code, MFA_YUBIKEY_CODE_LEN, &advance);
	must((check == MFA_CHECK_WRONG) == !is_sound);
	must((check == MFA_CHECK_RIGHT) == (is_sound && counter > STORED));
	check_layouts(&token, code, check);
	if (check != MFA_CHECK_RIGHT)
		return;
	const struct mfa_factor_ops *factor = mfa_factor_find(MFA_KIND_YUBIKEY_OTP);
	must(advance.counter == counter && factor->advance(&token, &advance) == MFA_OK);
	must(verify(&token, code, MFA_YUBIKEY_CODE_LEN, &advance) == MFA_CHECK_USED);
}

static void check_line(const char *line, size_t len)
{
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret secret = { 0 };
	struct mfa_token token = { .kind = MFA_KIND_YUBIKEY_OTP,
				   .state = MFA_STATE_ACTIVE };
	uint32_t serial = 0;
	int err = mfa_yubikey_otp_parse(line, len, &secret, &serial);
	must(err == MFA_OK || (err == MFA_ERR_INVALID && secret.data == NULL));
	if (err != MFA_OK)
		return;
	const struct mfa_yubikey_otp otp = {
		.serial = serial,
		.public_id = secret.data,
		.private_id = secret.data + MFA_YUBIKEY_PUBLIC_LEN,
		.aes_key = secret.data + MFA_YUBIKEY_PUBLIC_LEN + MFA_YUBIKEY_PRIVATE_LEN,
	};
	struct mfa_yubikey_otp again;
	must(secret.len == (size_t)MFA_YUBIKEY_PUBLIC_LEN + MFA_YUBIKEY_PRIVATE_LEN +
				   MFA_YUBIKEY_AES_LEN);
	must(mfa_yubikey_otp_save(&otp, &token) == MFA_OK);
	must(mfa_yubikey_otp_load(&token, &again) == MFA_OK && again.serial == serial);
	must(memcmp(again.aes_key, otp.aes_key, MFA_YUBIKEY_AES_LEN) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	unsigned mode = input_byte(&input) % 4;
	size_t len = 0;
	if (mode < 2) {
		check_ticket(&input, mode == 1);
		return 0;
	}
	char *text = input_rest(&input, &len);
	if (mode == 2)
		check_text(text, len);
	else
		check_line(text, len);
	free(text);
	return 0;
}
