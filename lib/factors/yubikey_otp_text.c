/* SPDX-License-Identifier: BSD-2-Clause */
/* Codes that an input method has garbled, and the lines that personalization tools
 * write. */
#include "mfa/yubikey_otp.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>
#include <yubikey.h>

#include "mfa/text.h"
#include "mfa/typed_code.h"
#include "modhex_layout.h"

enum {
	/* an input method makes one character of several keys */
	GARBLED_MIN = 20,
	GARBLED_MAX = 256,
	ID_DIGITS = 12,
	AES_DIGITS = 32,
	FIELDS = 3,
};

static bool is_all_of(const char *text, size_t len, const char *characters)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] == '\0' || strchr(characters, text[i]) == NULL)
			return false;
	return true;
}

static size_t count_beyond_ascii(const char *text, size_t len)
{
	size_t count = 0;
	for (size_t i = 0; i < len; i++)
		count += ((unsigned char)text[i] & 0x80) != 0;
	return count;
}

bool mfa_yubikey_otp_is_code(const char *answer, size_t len)
{
	struct modhex_reading readings[MODHEX_LAYOUTS];
	size_t count = modhex_read(answer, len, readings);
	mfa_wipe(readings, sizeof readings);
	return count > 0;
}

/* What an input method made of a code; but one that may be read, in whatever width, is
 * not garbled. */
bool mfa_yubikey_otp_is_garbled(const char *answer, size_t len)
{
	char text[GARBLED_MAX];
	if (len < GARBLED_MIN || len > sizeof text)
		return false;
	memcpy(text, answer, len);
	size_t plain_len = mfa_text_normalize_code(text, len);
	bool is_garbled = count_beyond_ascii(answer, len) * 2 >= len &&
			  count_beyond_ascii(text, plain_len) > 0 &&
			  mfa_text_is_utf8(answer, len) &&
			  !mfa_yubikey_otp_is_code(text, plain_len);
	mfa_wipe(text, sizeof text);
	return is_garbled;
}

/* The fields that a token needs, in the order in which the tools write them. */
struct field {
	const char *digits;
	size_t len;
	bool is_modhex;
};

static const struct field fields[FIELDS] = {
	{ YUBIKEY_MODHEX_MAP, ID_DIGITS, true },
	{ "0123456789abcdefABCDEF", ID_DIGITS, false },
	{ "0123456789abcdefABCDEF", AES_DIGITS, false },
};

static size_t read_field(const struct field *field, const char *text, size_t len,
			 unsigned char *ret_bytes)
{
	char plain[AES_DIGITS + 1] = { 0 };
	unsigned char bytes[AES_DIGITS / 2];
	if (len != field->len || !is_all_of(text, len, field->digits))
		return 0;
	memcpy(plain, text, len);
	if (field->is_modhex)
		yubikey_modhex_decode((char *)bytes, plain, len / 2);
	else
		(void)sodium_hex2bin(bytes, sizeof bytes, plain, len, NULL, NULL, NULL);
	memcpy(ret_bytes, bytes, len / 2);
	mfa_wipe(plain, sizeof plain);
	mfa_wipe(bytes, sizeof bytes);
	return len / 2;
}

static uint32_t parse_serial(const char *text, size_t len)
{
	char plain[11] = { 0 };
	int64_t number = 0;
	if (len >= sizeof plain)
		return 0;
	memcpy(plain, text, len);
	if (mfa_text_parse_number(plain, &number) != MFA_OK || number > UINT32_MAX)
		return 0;
	return (uint32_t)number;
}

int mfa_yubikey_otp_parse(const char *line, size_t len, struct mfa_secret *ret_secret,
			  uint32_t *ret_serial)
{
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret secret = { 0 };
	int err = mfa_secret_alloc(MFA_YUBIKEY_PUBLIC_LEN + MFA_YUBIKEY_PRIVATE_LEN +
					   MFA_YUBIKEY_AES_LEN,
				   &secret);
	if (err != MFA_OK)
		return err;
	size_t found = 0;
	size_t filled = 0;
	uint32_t serial = 0;
	for (size_t start = 0; start <= len && found < FIELDS;) {
		const char *comma = memchr(line + start, ',', len - start);
		size_t end = comma != NULL ? (size_t)(comma - line) : len;
		if (start == 0)
			serial = parse_serial(line, end);
		size_t used = read_field(&fields[found], line + start, end - start,
					 secret.data + filled);
		filled += used;
		found += used > 0;
		start = end + 1;
	}
	if (found < FIELDS)
		return MFA_ERR_INVALID;
	*ret_secret = secret;
	secret = (struct mfa_secret){ 0 };
	*ret_serial = serial;
	return MFA_OK;
}
