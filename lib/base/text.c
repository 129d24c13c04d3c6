/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/text.h"

#include <errno.h>
#include <fnmatch.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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
