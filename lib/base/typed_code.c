/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/typed_code.h"

#include <string.h>

#include "mfa/secret.h"
#include "mfa/text.h"

enum {
	ESC = 0x1b,
	SEQUENCE_MAX = 32,   /* longer than any key sends */
	FOR_CHARACTER = '?', /* which is in no code */
	FOR_BYTE = 0xff,     /* which is in no encoding */
	/* of JIS X 0208, as EUC-JP writes them */
	ROW_SIGNS = 0xa1,
	ROW_FULL_WIDTH = 0xa3,
	HALF_WIDTH = 0x8e,
	LONG_VOWEL_MARK = 0xb0, /* in half width */
};

/* What a character is in a code: an ASCII character, or one of these. */
enum {
	REMOVED = 0,
	KEPT = -1,
	NO_CHARACTER = -2,
};

/* Decodes the character that text begins with; returns its bytes, 0: it is none. */
typedef size_t (*decode_fn)(const unsigned char *text, size_t len, int *ret_meaning);

/* Spaces, dashes, and what has no width; not the variation selectors of emoji. */
static bool is_removed(uint32_t point)
{
	static const struct {
		uint16_t first;
		uint16_t last;
	} ranges[] = {
		{ '\t', '\r' },	    { ' ', ' ' },
		{ '-', '-' },	    { 0x00a0, 0x00a0 }, /* no-break space */
		{ 0x00ad, 0x00ad },			/* soft hyphen */
		{ 0x034f, 0x034f },			/* grapheme joiner */
		{ 0x058a, 0x058a },			/* Armenian hyphen */
		{ 0x05be, 0x05be },			/* Hebrew maqaf */
		{ 0x061c, 0x061c },			/* Arabic letter mark */
		{ 0x1400, 0x1400 },			/* Canadian syllabics hyphen */
		{ 0x1680, 0x1680 },			/* Ogham space */
		{ 0x1806, 0x1806 },			/* Mongolian hyphen */
		{ 0x180e, 0x180e },			/* Mongolian vowel separator */
		{ 0x2000, 0x2015 }, /* spaces, joiners, marks, hyphens, dashes */
		{ 0x2028, 0x202f }, /* ends of lines, directions, narrow space */
		{ 0x2043, 0x2043 }, /* hyphen bullet */
		{ 0x205f, 0x206f }, /* mathematical space, joiners, directions */
		{ 0x207b, 0x207b }, /* superscript minus */
		{ 0x208b, 0x208b }, /* subscript minus */
		{ 0x2212, 0x2212 }, /* minus sign */
		{ 0x2500, 0x2501 }, /* horizontal lines, taken for dashes */
		{ 0x2796, 0x2796 }, /* heavy minus sign */
		{ 0x2e17, 0x2e17 }, /* double oblique hyphen */
		{ 0x2e1a, 0x2e1a }, /* hyphen with diaeresis */
		{ 0x2e3a, 0x2e3b }, /* long dashes */
		{ 0x2e40, 0x2e40 }, /* double hyphen */
		{ 0x3000, 0x3000 }, /* ideographic space */
		{ 0x301c, 0x301c }, /* wave dash */
		{ 0x3030, 0x3030 }, /* wavy dash */
		{ 0x30a0, 0x30a0 }, /* katakana double hyphen */
		{ 0x30fc, 0x30fc }, /* the long-vowel mark that an IME types for - */
		{ 0xfe31, 0xfe32 }, /* vertical dashes */
		{ 0xfe58, 0xfe58 }, /* small em dash */
		{ 0xfe63, 0xfe63 }, /* small hyphen-minus */
		{ 0xfeff, 0xfeff }, /* byte order mark */
		{ 0xff0d, 0xff0d }, /* full-width hyphen-minus */
		{ 0xff70, 0xff70 }, /* half-width long-vowel mark */
	};
	for (size_t i = 0; i < MFA_COUNT(ranges); i++)
		if (point >= ranges[i].first && point <= ranges[i].last)
			return true;
	return false;
}

static int meaning_of(uint32_t point)
{
	if (is_removed(point))
		return REMOVED;
	if (point >= 0xff01 && point <= 0xff5e)
		return (int)(point - 0xff01 + '!');
	return point > 0 && point < 0x80 ? (int)point : KEPT;
}

static size_t take_utf8(const unsigned char *text, size_t len, int *ret_meaning)
{
	uint32_t point = 0;
	size_t used = mfa_text_decode((const char *)text, len, &point);
	if (used > 0)
		*ret_meaning = meaning_of(point);
	return used;
}

static bool is_byte_in(unsigned char byte, unsigned char first, unsigned char last)
{
	return byte >= first && byte <= last;
}

/* A character of JIS X 0208. */
static int meaning_in_jis(unsigned char row, unsigned char cell)
{
	static const unsigned char removed[] = {
		0xa1, /* space */
		0xbc, /* long-vowel mark */
		0xbd, /* dash */
		0xbe, /* hyphen */
		0xc1, /* wave dash */
		0xdd, /* minus sign */
	};
	if (row == ROW_SIGNS && memchr(removed, cell, sizeof removed) != NULL)
		return REMOVED;
	bool is_full_width = is_byte_in(cell, 0xb0, 0xb9) ||
			     is_byte_in(cell, 0xc1, 0xda) || is_byte_in(cell, 0xe1, 0xfa);
	return row == ROW_FULL_WIDTH && is_full_width ? cell - 0x80 : KEPT;
}

static size_t take_euc_jp(const unsigned char *text, size_t len, int *ret_meaning)
{
	if (text[0] < 0x80) {
		*ret_meaning = meaning_of(text[0]);
		return 1;
	}
	if (len >= 3 && text[0] == 0x8f && is_byte_in(text[1], 0xa1, 0xfe) &&
	    is_byte_in(text[2], 0xa1, 0xfe)) {
		*ret_meaning = KEPT;
		return 3;
	}
	if (len < 2 || !is_byte_in(text[1], 0xa1, 0xfe))
		return 0;
	if (text[0] == HALF_WIDTH)
		*ret_meaning = text[1] == LONG_VOWEL_MARK ? REMOVED : KEPT;
	else if (is_byte_in(text[0], 0xa1, 0xfe))
		*ret_meaning = meaning_in_jis(text[0], text[1]);
	else
		return 0;
	return 2;
}

/* The first two rows that matter are those of the lead bytes 0x81 and 0x82. */
static int meaning_in_shift_jis(unsigned char lead, unsigned char trail)
{
	bool is_odd_row = trail < 0x9f;
	unsigned char cell =
		(unsigned char)(trail - 0x40 + 0xa1 - (trail > 0x7f ? 1 : 0));
	if (!is_odd_row || !is_byte_in(lead, 0x81, 0x82))
		return KEPT;
	return meaning_in_jis(lead == 0x81 ? ROW_SIGNS : ROW_FULL_WIDTH, cell);
}

static size_t take_shift_jis(const unsigned char *text, size_t len, int *ret_meaning)
{
	unsigned char lead = text[0];
	if (lead < 0x80) {
		*ret_meaning = meaning_of(lead);
		return 1;
	}
	if (is_byte_in(lead, 0xa1, 0xdf)) {
		*ret_meaning = lead == LONG_VOWEL_MARK ? REMOVED : KEPT;
		return 1;
	}
	bool is_lead = is_byte_in(lead, 0x81, 0x9f) || is_byte_in(lead, 0xe0, 0xfc);
	if (!is_lead || len < 2 || text[1] == 0x7f || !is_byte_in(text[1], 0x40, 0xfc))
		return 0;
	*ret_meaning = meaning_in_shift_jis(lead, text[1]);
	return 2;
}

static size_t take_byte(const unsigned char *text, size_t len MFA_UNUSED,
			int *ret_meaning)
{
	*ret_meaning = text[0] < 0x80 ? meaning_of(text[0]) : NO_CHARACTER;
	return 1;
}

static bool is_encoded_so(const unsigned char *text, size_t len, decode_fn decode)
{
	int meaning = 0;
	for (size_t i = 0; i < len;) {
		size_t used = decode(text + i, len - i, &meaning);
		if (used == 0)
			return false;
		i += used;
	}
	return true;
}

/* No full-width letter or digit of one encoding is one of another. */
static decode_fn find_encoding(const unsigned char *text, size_t len)
{
	static const decode_fn encodings[] = { take_utf8, take_euc_jp, take_shift_jis };
	for (size_t i = 0; i < MFA_COUNT(encodings); i++)
		if (is_encoded_so(text, len, encodings[i]))
			return encodings[i];
	return take_byte;
}

static size_t skip_range(const unsigned char *text, size_t len, size_t at,
			 unsigned char first, unsigned char last)
{
	while (at < len && is_byte_in(text[at], first, last))
		at++;
	return at;
}

/* What a key sends that text begins with: ESC O and a character; ESC [, numbers and a
 * character; ESC [ [ and a character, as function keys of a Linux console. Else ESC
 * alone. 0: there is none. */
static size_t sequence_len(const unsigned char *text, size_t len)
{
	if (len == 0 || text[0] != ESC)
		return 0;
	if (len > 1 && text[1] == 'O')
		return len > 2 && is_byte_in(text[2], 0x20, 0x7e) ? 3 : 2;
	if (len < 2 || text[1] != '[')
		return 1;
	if (len > 2 && text[2] == '[')
		return len > 3 && is_byte_in(text[3], 0x20, 0x7e) ? 4 : 3;
	size_t at = skip_range(text, len, 2, 0x30, 0x3f);
	at = skip_range(text, len, at, 0x20, 0x2f);
	return at < len && is_byte_in(text[at], 0x40, 0x7e) ? at + 1 : at;
}

/* The next character or key sequence; a sequence is removed. Returns its bytes. */
static size_t take_typed(decode_fn decode, const unsigned char *text, size_t len,
			 int *ret_meaning)
{
	size_t used = sequence_len(text, len);
	if (used == 0)
		return decode(text, len, ret_meaning);
	*ret_meaning = REMOVED;
	return used;
}

size_t mfa_text_normalize_code(char *text, size_t len)
{
	unsigned char *bytes = (unsigned char *)text;
	decode_fn decode = find_encoding(bytes, len);
	size_t out = 0;
	for (size_t in = 0; in < len;) {
		int meaning = KEPT;
		size_t used = take_typed(decode, bytes + in, len - in, &meaning);
		if (meaning > 0) {
			bytes[out++] = (unsigned char)meaning;
		} else if (meaning == KEPT && decode == take_utf8) {
			memmove(bytes + out, bytes + in, used);
			out += used;
		} else if (meaning != REMOVED) {
			bytes[out++] = meaning == KEPT ? FOR_CHARACTER : FOR_BYTE;
		}
		in += used;
	}
	mfa_wipe(bytes + out, len - out);
	return out;
}

static bool is_letter_or_digit(int meaning)
{
	return (meaning >= '0' && meaning <= '9') || (meaning >= 'A' && meaning <= 'Z') ||
	       (meaning >= 'a' && meaning <= 'z');
}

bool mfa_text_has_code(const char *text, size_t len)
{
	const unsigned char *bytes = (const unsigned char *)text;
	decode_fn decode = find_encoding(bytes, len);
	for (size_t at = 0; at < len;) {
		int meaning = KEPT;
		at += take_typed(decode, bytes + at, len - at, &meaning);
		if (meaning == NO_CHARACTER || is_letter_or_digit(meaning))
			return true;
	}
	return false;
}

bool mfa_text_is_blank(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (strchr(" \t\r\n", text[i]) == NULL || text[i] == '\0')
			return false;
	return true;
}

/* Where the last character of text begins: a whole one of UTF-8, else a single byte. */
static size_t find_last_character(const unsigned char *text, size_t len, int *ret_meaning)
{
	for (size_t used = 1; used <= 4 && used <= len; used++) {
		size_t start = len - used;
		if ((text[start] & 0xc0) == 0x80)
			continue;
		if (take_utf8(text + start, used, ret_meaning) == used)
			return start;
		break;
	}
	*ret_meaning = NO_CHARACTER;
	return len - 1;
}

/* Where the key sequence begins that text ends in; len: there is none. */
static size_t find_last_sequence(const unsigned char *text, size_t len)
{
	if (len == 0 || (text[len - 1] != ESC && !is_byte_in(text[len - 1], 0x40, 0x7e)))
		return len; /* digits behind the beginning of one are a code */
	for (size_t used = 1; used <= SEQUENCE_MAX && used <= len; used++)
		if (text[len - used] == ESC)
			return sequence_len(text + len - used, used) == used ? len - used
									     : len;
	return len;
}

/* Without what may be behind a code: spaces, hyphens, key sequences. */
static size_t skip_behind_code(const unsigned char *text, size_t len)
{
	int meaning = REMOVED;
	size_t end = len;
	do {
		len = end;
		end = find_last_sequence(text, len);
		if (end == len && len > 0)
			end = find_last_character(text, len, &meaning);
		else
			meaning = REMOVED;
	} while (end < len && meaning == REMOVED);
	return len;
}

size_t mfa_text_cut_code(const char *text, size_t len, size_t count, char *ret_code)
{
	const unsigned char *bytes = (const unsigned char *)text;
	size_t end = skip_behind_code(bytes, len);
	for (size_t left = count; left > 0;) {
		int meaning = KEPT;
		if (end == 0)
			return 0;
		size_t start = find_last_character(bytes, end, &meaning);
		if (meaning < 0 && end - start > 1)
			return 0;
		if (meaning != REMOVED)
			ret_code[--left] = meaning > 0 ? (char)meaning : text[start];
		end = start;
	}
	return len - end;
}

enum {
	DIGITS_MAX = 8,	 /* of an OATH code */
	MODHEX_MIN = 32, /* of a YubiKey's code, without and with its public id */
	MODHEX_MAX = 64,
};

/* Where the last characters that are all of the set begin: at most max, with spaces and
 * hyphens between and after them. ret_count: how many there are. */
static size_t find_last_run(const char *line, size_t len, const char *set, size_t max,
			    size_t *ret_count)
{
	const unsigned char *bytes = (const unsigned char *)line;
	size_t start = len;
	size_t end = skip_behind_code(bytes, len);
	size_t count = 0;
	while (end > 0 && count < max) {
		int meaning = KEPT;
		end = find_last_character(bytes, end, &meaning);
		if (meaning == REMOVED)
			continue;
		if (meaning < 0 || strchr(set, meaning) == NULL)
			break;
		start = end;
		count++;
	}
	*ret_count = count;
	return start;
}

size_t mfa_text_code_end(const char *line, size_t len)
{
	size_t count = 0;
	size_t start = find_last_run(line, len, "cbdefghijklnrtuvCBDEFGHIJKLNRTUV",
				     MODHEX_MAX, &count);
	return count >= MODHEX_MIN
		       ? start
		       : find_last_run(line, len, "0123456789", DIGITS_MAX, &count);
}

bool mfa_text_is_sshd_filler(const char *text, size_t len)
{
	static const char filler[] = "\b\n\r\177INCORRECT";
	for (size_t i = 0; i < len; i++)
		if (text[i] != filler[i % (sizeof filler - 1)])
			return false;
	return true;
}
