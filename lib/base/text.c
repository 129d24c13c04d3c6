/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/text.h"

#include <errno.h>
#include <fnmatch.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mfa/secret.h"

enum {
	DAY_LEN = 10,
	DAY_SECONDS = 24 * 60 * 60,
};

static size_t decode_utf8(const unsigned char *text, size_t len, uint32_t *ret_point)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char first = text[0];
	size_t need = first < 0x80	       ? 1
		      : (first & 0xe0) == 0xc0 ? 2
		      : (first & 0xf0) == 0xe0 ? 3
		      : (first & 0xf8) == 0xf0 ? 4
					       : 0;
	if (need == 0 || need > len)
		return 0;
	uint32_t point = need == 1 ? first : first & (0x7fU >> need);
	for (size_t i = 1; i < need; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		point = point << 6 | (text[i] & 0x3f);
	}
	bool is_surrogate = point >= 0xd800 && point <= 0xdfff;
	if (point < smallest[need] || point > 0x10ffff || is_surrogate)
		return 0;
	*ret_point = point;
	return need;
}

bool mfa_text_is_empty(const char *text)
{
	return text == NULL || text[0] == '\0';
}

bool mfa_text_is_utf8(const char *text, size_t len)
{
	const unsigned char *bytes = (const unsigned char *)text;
	for (size_t i = 0; i < len;) {
		uint32_t point = 0;
		if (bytes[i] > 0 && bytes[i] < 0x80) {
			i++;
			continue;
		}
		size_t used = decode_utf8(bytes + i, len - i, &point);
		if (used == 0 || point == 0)
			return false;
		i += used;
	}
	return true;
}

size_t mfa_text_decode(const char *text, size_t len, uint32_t *ret_point)
{
	return decode_utf8((const unsigned char *)text, len, ret_point);
}

bool mfa_text_is_hidden(uint32_t point)
{
	static const struct {
		uint32_t first;
		uint32_t last;
	} ranges[] = {
		{ 0x80, 0x9f },	    { 0x61c, 0x61c },	{ 0x200e, 0x200f },
		{ 0x2028, 0x202e }, { 0x2066, 0x2069 },
	};
	for (size_t i = 0; i < MFA_COUNT(ranges); i++)
		if (point >= ranges[i].first && point <= ranges[i].last)
			return true;
	return false;
}

/* newlocale returns the C locale that is built in: it allocates nothing, and does not
 * fail. */
bool mfa_text_matches(const char *pattern, const char *text)
{
	locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	locale_t callers = uselocale(plain);
	bool is_match = fnmatch(pattern, text, 0) == 0;
	(void)uselocale(callers);
	return is_match;
}

bool mfa_text_is_label(const char *text, size_t size)
{
	size_t len = strlen(text);
	if (len == 0 || len >= size || !mfa_text_is_utf8(text, len))
		return false;
	const unsigned char *bytes = (const unsigned char *)text;
	for (size_t i = 0; i < len; i++) {
		bool is_c1 = bytes[i] == 0xc2 && bytes[i + 1] < 0xa0;
		if (bytes[i] < 0x20 || bytes[i] == 0x7f || is_c1)
			return false;
	}
	return true;
}

int mfa_text_parse_number(const char *text, int64_t *ret_number)
{
	if (text[0] == '\0' || strspn(text, "0123456789") != strlen(text))
		return MFA_ERR_INVALID;
	errno = 0;
	long long number = strtoll(text, NULL, 10);
	if (errno != 0)
		return MFA_ERR_INVALID;
	*ret_number = number;
	return MFA_OK;
}

int mfa_text_parse_duration(const char *text, int64_t *ret_seconds)
{
	static const struct {
		char suffix;
		int64_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	char digits[24];
	size_t len = strlen(text);
	if (len == 0 || len >= sizeof digits)
		return MFA_ERR_INVALID;
	memcpy(digits, text, len + 1);
	int64_t factor = 1;
	for (size_t i = 0; i < MFA_COUNT(units); i++)
		if (digits[len - 1] == units[i].suffix) {
			factor = units[i].seconds;
			digits[len - 1] = '\0';
			break;
		}
	int64_t number = 0;
	int err = mfa_text_parse_number(digits, &number);
	if (err != MFA_OK)
		return err;
	if (number > INT64_MAX / factor)
		return MFA_ERR_INVALID;
	*ret_seconds = number * factor;
	return MFA_OK;
}

int mfa_text_parse_day(const char *text, int64_t *ret_end)
{
	struct tm day = { 0 };
	char again[MFA_TIME_SIZE];
	const char *end = strptime(text, "%Y-%m-%d", &day);
	if (end == NULL || *end != '\0')
		return MFA_ERR_INVALID;
	/* strptime also takes 2026-2-30 and blanks */
	int64_t begin = timegm(&day);
	mfa_text_format_time(begin, again);
	if (strncmp(again, text, strlen(text)) != 0 || strlen(text) != DAY_LEN)
		return MFA_ERR_INVALID;
	*ret_end = begin + DAY_SECONDS;
	return MFA_OK;
}

void mfa_text_format_time(int64_t seconds, char ret_text[static MFA_TIME_SIZE])
{
	time_t when = (time_t)seconds;
	struct tm parts;
	if (gmtime_r(&when, &parts) == NULL ||
	    strftime(ret_text, MFA_TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
		memcpy(ret_text, "-", 2);
}

/* The ASCII character for a code point; 0: drop it; -1: keep it. */
static int to_ascii(uint32_t point)
{
	switch (point) {
	case ' ':
	case '\t':
	case '-':
	case 0x00a0: /* no-break space */
	case 0x00ad: /* soft hyphen */
	case 0x2010: /* hyphen */
	case 0x2011: /* non-breaking hyphen */
	case 0x2012: /* figure dash */
	case 0x2013: /* en dash */
	case 0x2014: /* em dash */
	case 0x2015: /* horizontal bar */
	case 0x2212: /* minus sign */
	case 0x3000: /* ideographic space */
	case 0x30fc: /* the long-vowel mark that an IME types for - */
	case 0xff0d: /* full-width hyphen-minus */
	case 0xff70: /* half-width long-vowel mark */
		return 0;
	default:
		if (point >= 0xff01 && point <= 0xff5e)
			return (int)(point - 0xff01 + '!');
		return -1;
	}
}

size_t mfa_text_normalize_code(char *text, size_t len)
{
	unsigned char *bytes = (unsigned char *)text;
	size_t out = 0;
	for (size_t in = 0; in < len;) {
		uint32_t point = 0;
		size_t used = decode_utf8(bytes + in, len - in, &point);
		int ascii = used == 0 ? -1 : to_ascii(point);
		if (used == 0)
			used = 1;
		if (ascii > 0) {
			bytes[out++] = (unsigned char)ascii;
		} else if (ascii < 0) {
			memmove(bytes + out, bytes + in, used);
			out += used;
		}
		in += used;
	}
	mfa_wipe(bytes + out, len - out);
	return out;
}

/* Where the last character of text begins: a whole one of UTF-8, else a single byte. */
static size_t find_last_character(const unsigned char *text, size_t len,
				  uint32_t *ret_point)
{
	for (size_t used = 1; used <= 4 && used <= len; used++) {
		size_t start = len - used;
		if ((text[start] & 0xc0) == 0x80)
			continue;
		if (decode_utf8(text + start, used, ret_point) == used)
			return start;
		break;
	}
	*ret_point = 0xfffd; /* not a character; to_ascii keeps it */
	return len - 1;
}

size_t mfa_text_cut_code(const char *text, size_t len, size_t count, char *ret_code)
{
	const unsigned char *bytes = (const unsigned char *)text;
	size_t end = len;
	for (size_t left = count; left > 0;) {
		uint32_t point = 0;
		if (end == 0)
			return 0;
		size_t start = find_last_character(bytes, end, &point);
		int ascii = to_ascii(point);
		if (ascii < 0 && end - start > 1)
			return 0;
		if (ascii != 0)
			ret_code[--left] = ascii > 0 ? (char)ascii : text[start];
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
	size_t end = len;
	size_t count = 0;
	while (end > 0 && count < max) {
		uint32_t point = 0;
		end = find_last_character(bytes, end, &point);
		int ascii = to_ascii(point);
		if (ascii < 0 && point < 0x80)
			ascii = (int)point;
		if (ascii == 0)
			continue;
		if (ascii < 0 || strchr(set, ascii) == NULL)
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
