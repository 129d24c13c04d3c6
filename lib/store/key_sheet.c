/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/key_sheet.h"

#include <sodium.h>
#include <string.h>

#include "mfa/key_copy.h"
#include "mfa/seal.h"
#include "mfa/typed_code.h"

enum {
	VERSION = 1,
	AT_KEY = 1,
	AT_ID = AT_KEY + MFA_KEY_SIZE,
	ID_SIZE = MFA_KEY_LINES * MFA_KEY_LINE_BYTES - AT_ID,
	DIGITS = 20,
	DIGIT_BITS = 5,
	GROUP = 4,
	CHECK_SIZE = 3, /* of which 20 bits are in the line */
	CHECK_LAST = 0xf0,
};

_Static_assert(ID_SIZE > 0 && ID_SIZE <= (int)MFA_KEY_ID_BYTES, "sheet");
_Static_assert(MFA_KEY_LINE_SIZE == DIGITS + DIGITS / GROUP, "line");
_Static_assert(DIGITS *DIGIT_BITS + 4 == 8 * (MFA_KEY_LINE_BYTES + CHECK_SIZE), "bits");

/* Without I, L, O and U. */
static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* The number of the line is in it, so that lines cannot change places. */
static void write_check(unsigned index, unsigned char bytes[static MFA_KEY_LINE_BYTES],
			unsigned char ret_check[static CHECK_SIZE])
{
	unsigned char text[1 + MFA_KEY_LINE_BYTES];
	unsigned char hash[crypto_generichash_BYTES];
	text[0] = (unsigned char)index;
	memcpy(text + 1, bytes, MFA_KEY_LINE_BYTES);
	(void)crypto_generichash(hash, sizeof hash, text, sizeof text, NULL, 0);
	memcpy(ret_check, hash, CHECK_SIZE);
	ret_check[CHECK_SIZE - 1] &= CHECK_LAST;
	mfa_wipe(text, sizeof text);
	mfa_wipe(hash, sizeof hash);
}

static unsigned digit_at(const unsigned char *bytes, size_t digit)
{
	unsigned value = 0;
	for (size_t bit = digit * DIGIT_BITS; bit < (digit + 1) * DIGIT_BITS; bit++)
		value = value << 1 | (bytes[bit / 8] >> (7 - bit % 8) & 1U);
	return value;
}

static void put_digit(unsigned char *bytes, size_t digit, unsigned value)
{
	for (size_t i = 0; i < DIGIT_BITS; i++) {
		size_t bit = digit * DIGIT_BITS + i;
		unsigned is_set = value >> (DIGIT_BITS - 1 - i) & 1U;
		bytes[bit / 8] |= (unsigned char)(is_set << (7 - bit % 8));
	}
}

static void write_line(struct mfa_key_sheet *sheet, unsigned index)
{
	unsigned char coded[MFA_KEY_LINE_BYTES + CHECK_SIZE];
	char *out = sheet->lines[index];
	memcpy(coded, sheet->bytes[index], MFA_KEY_LINE_BYTES);
	write_check(index, sheet->bytes[index], coded + MFA_KEY_LINE_BYTES);
	for (size_t digit = 0; digit < DIGITS; digit++) {
		if (digit > 0 && digit % GROUP == 0)
			*out++ = ' ';
		*out++ = alphabet[digit_at(coded, digit)];
	}
	*out = '\0';
	mfa_wipe(coded, sizeof coded);
}

int mfa_key_sheet_write(const struct mfa_secret *key, struct mfa_key_sheet *ret_sheet)
{
	unsigned char id[MFA_KEY_ID_BYTES];
	unsigned char *bytes = ret_sheet->bytes[0];
	if (key->len != MFA_KEY_SIZE)
		return MFA_ERR_INVALID;
	mfa_key_id_bytes(key, id);
	bytes[0] = VERSION;
	memcpy(bytes + AT_KEY, key->data, MFA_KEY_SIZE);
	memcpy(bytes + AT_ID, id, ID_SIZE);
	for (unsigned i = 0; i < MFA_KEY_LINES; i++)
		write_line(ret_sheet, i);
	return MFA_OK;
}

/* -1: no digit. */
static int value_of(char typed)
{
	char digit = typed >= 'a' && typed <= 'z' ? (char)(typed - 'a' + 'A') : typed;
	if (digit == 'O')
		digit = '0';
	if (digit == 'I' || digit == 'L')
		digit = '1';
	const char *found = digit != '\0' ? strchr(alphabet, digit) : NULL;
	return found != NULL ? (int)(found - alphabet) : -1;
}

static bool read_digits(const char *typed, unsigned char *ret_coded)
{
	for (size_t digit = 0; digit < DIGITS; digit++) {
		int value = value_of(typed[digit]);
		if (value < 0)
			return false;
		put_digit(ret_coded, digit, (unsigned)value);
	}
	return true;
}

int mfa_key_sheet_read_line(struct mfa_key_sheet *sheet, unsigned index, char *typed,
			    size_t len)
{
	unsigned char coded[MFA_KEY_LINE_BYTES + CHECK_SIZE] = { 0 };
	len = mfa_text_normalize_code(typed, len);
	bool is_right =
		index < MFA_KEY_LINES && len == DIGITS && read_digits(typed, coded);
	if (is_right) {
		unsigned char check[CHECK_SIZE];
		write_check(index, coded, check);
		is_right = memcmp(check, coded + MFA_KEY_LINE_BYTES, CHECK_SIZE) == 0;
	}
	if (is_right)
		memcpy(sheet->bytes[index], coded, MFA_KEY_LINE_BYTES);
	mfa_wipe(coded, sizeof coded);
	return is_right ? MFA_OK : MFA_ERR_INVALID;
}

int mfa_key_sheet_read(const struct mfa_key_sheet *sheet, struct mfa_secret *ret_key)
{
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret key = { 0 };
	unsigned char id[MFA_KEY_ID_BYTES];
	const unsigned char *bytes = sheet->bytes[0];
	if (bytes[0] != VERSION)
		return MFA_ERR_UNSUPPORTED;
	int err = mfa_secret_copy(bytes + AT_KEY, MFA_KEY_SIZE, &key);
	if (err != MFA_OK)
		return err;
	mfa_key_id_bytes(&key, id);
	if (memcmp(id, bytes + AT_ID, ID_SIZE) != 0)
		return MFA_ERR_INTEGRITY;
	*ret_key = key;
	key = (struct mfa_secret){ 0 };
	return MFA_OK;
}
