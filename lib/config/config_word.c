/* SPDX-License-Identifier: BSD-2-Clause */
#include "config_word.h"

#include <string.h>

#include "mfa/text.h"

enum {
	WORD_MAX = 255 /* no user, group, service or terminal has a longer name */
};

struct range {
	uint32_t first;
	uint32_t last;
};

static bool is_in(const struct range *ranges, size_t count, uint32_t point)
{
	for (size_t i = 0; i < count; i++)
		if (point >= ranges[i].first && point <= ranges[i].last)
			return true;
	return false;
}

/* White space and format characters of the Unicode Character Database that
 * mfa_text_is_hidden has not. */
static bool is_unseen(uint32_t point)
{
	static const struct range unseen[] = {
		{ 0x0, 0x20 },	    { 0x7f, 0xa0 },	{ 0xad, 0xad },
		{ 0x115f, 0x1160 }, { 0x1680, 0x1680 }, { 0x180e, 0x180e },
		{ 0x2000, 0x200f }, { 0x202f, 0x202f }, { 0x205f, 0x206f },
		{ 0x3000, 0x3000 }, { 0x3164, 0x3164 }, { 0xfe00, 0xfe0f },
		{ 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 }, { 0xfff9, 0xfffb },
	};
	return mfa_text_is_hidden(point) || is_in(unseen, MFA_COUNT(unseen), point);
}

static bool is_separator(uint32_t point)
{
	static const struct range separators[] = {
		{ ',', ',' },	    { ';', ';' },	{ '=', '=' },
		{ 0x3001, 0x3001 }, { 0xff0c, 0xff0c }, { 0xff1b, 0xff1b },
		{ 0xff1d, 0xff1d }, { 0xff64, 0xff64 },
	};
	return is_in(separators, MFA_COUNT(separators), point);
}

static bool is_quote(uint32_t point)
{
	static const struct range quotes[] = {
		{ '"', '"' },	    { '\'', '\'' },	{ '`', '`' },
		{ 0x2018, 0x201f }, { 0x300c, 0x300f }, { 0xff02, 0xff02 },
		{ 0xff07, 0xff07 },
	};
	return is_in(quotes, MFA_COUNT(quotes), point);
}

static const char *find_foreign_character(const char *word)
{
	size_t rest = strlen(word);
	while (rest > 0) {
		uint32_t point = 0;
		size_t len = mfa_text_decode(word, rest, &point);
		if (len == 0)
			return "it is not UTF-8";
		if (is_unseen(point))
			return "it has a blank that is no space, or a hidden character";
		if (is_separator(point))
			return "it has a comma, semicolon or equals sign";
		if (is_quote(point))
			return "it has a quote";
		word += len;
		rest -= len;
	}
	return NULL;
}

/* fnmatch takes the backslash away: CITY\taro is CITYtaro to it. */
static bool is_escape_of_nothing(const char *word)
{
	static const char special[] = "*?[]\\";
	for (; *word != '\0'; word++)
		if (*word == '\\' && (*++word == '\0' || strchr(special, *word) == NULL))
			return true;
	return false;
}

const char *config_word_problem(const char *word, bool is_pattern)
{
	size_t len = strlen(word);
	if (len > WORD_MAX)
		return "it is longer than 255 bytes";
	const char *problem = find_foreign_character(word);
	if (problem != NULL)
		return problem;
	if (word[0] == '!')
		return "nothing is taken out with a !";
	if (is_pattern && is_escape_of_nothing(word))
		return "a backslash in a name is written twice";
	if (!is_pattern && (strpbrk(word, "*?[") != NULL || word[len - 1] == '\\'))
		return "it is a name here, without * ? [ and a \\ at its end";
	return NULL;
}
