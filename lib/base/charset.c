/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/charset.h"

#include <iconv.h>
#include <string.h>

#include "mfa/text.h"

enum {
	CHARACTER_MAX = 8 /* bytes of a character */
};

/* The names of glibc's locales. A program's own word never reaches iconv, which has
 * converters for much else. */
static const struct {
	const char *codeset;
	enum mfa_charset charset;
} names[] = {
	{ "UTF-8", MFA_CHARSET_UTF8 },		{ "ANSI_X3.4-1968", MFA_CHARSET_ASCII },
	{ "US-ASCII", MFA_CHARSET_ASCII },	{ "", MFA_CHARSET_ASCII },
	{ "EUC-JP", MFA_CHARSET_EUC_JP },	{ "EUC-JP-MS", MFA_CHARSET_EUC_JP },
	{ "SHIFT_JIS", MFA_CHARSET_SHIFT_JIS }, { "SJIS", MFA_CHARSET_SHIFT_JIS },
	{ "CP932", MFA_CHARSET_SHIFT_JIS },	{ "WINDOWS-31J", MFA_CHARSET_SHIFT_JIS },
};

enum mfa_charset mfa_charset_find(const char *codeset)
{
	for (size_t i = 0; i < MFA_COUNT(names); i++)
		if (strcmp(names[i].codeset, codeset) == 0)
			return names[i].charset;
	return MFA_CHARSET_OTHER;
}

bool mfa_charset_has_japanese(enum mfa_charset charset)
{
	return charset == MFA_CHARSET_UTF8 || charset == MFA_CHARSET_EUC_JP ||
	       charset == MFA_CHARSET_SHIFT_JIS;
}

bool mfa_charset_is_ascii(const char *text)
{
	for (; *text != '\0'; text++)
		if ((*text & 0x80) != 0)
			return false;
	return true;
}

static const iconv_t no_converter = (iconv_t)-1;

/* Microsoft's tables have what Japanese texts are full of, such as the wide tilde. */
static iconv_t open_converter(enum mfa_charset charset)
{
	switch (charset) {
	case MFA_CHARSET_EUC_JP:
		return iconv_open("EUC-JP-MS", "UTF-8");
	case MFA_CHARSET_SHIFT_JIS:
		return iconv_open("CP932", "UTF-8");
	case MFA_CHARSET_UTF8:
	case MFA_CHARSET_ASCII:
	case MFA_CHARSET_OTHER:
		break;
	}
	return no_converter;
}

static void close_converter(iconv_t *converter)
{
	if (*converter != no_converter)
		(void)iconv_close(*converter);
	*converter = no_converter;
}

static size_t put_as_is(const char *text, size_t used, char *ret_bytes)
{
	memcpy(ret_bytes, text, used);
	return used;
}

/* Returns the bytes of the character there. */
static size_t encode_character(iconv_t converter, const char *text, size_t used,
			       char ret_bytes[static CHARACTER_MAX])
{
	char in[CHARACTER_MAX];
	char *from = in;
	char *to = ret_bytes;
	size_t left = used;
	size_t room = CHARACTER_MAX;
	memcpy(in, text, used);
	if (converter == no_converter ||
	    iconv(converter, &from, &left, &to, &room) == (size_t)-1 || left > 0)
		return put_as_is("?", 1, ret_bytes);
	return CHARACTER_MAX - room;
}

void mfa_charset_encode(enum mfa_charset charset, const char *text, char *ret_text,
			size_t size)
{
	MFA_CLEANUP(close_converter) iconv_t converter = open_converter(charset);
	size_t len = strlen(text);
	size_t out = 0;
	for (size_t at = 0; at < len;) {
		char bytes[CHARACTER_MAX];
		uint32_t point = 0;
		size_t used = mfa_text_decode(text + at, len - at, &point);
		bool is_character = used > 0;
		if (!is_character)
			used = 1;
		bool is_kept = point < 0x80 || charset == MFA_CHARSET_UTF8;
		size_t count =
			is_kept && is_character
				? put_as_is(text + at, used, bytes)
				: encode_character(converter, text + at, used, bytes);
		if (out + count >= size)
			break;
		memcpy(ret_text + out, bytes, count);
		out += count;
		at += used;
	}
	ret_text[out] = '\0';
}
