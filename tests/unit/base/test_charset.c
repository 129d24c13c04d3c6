/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/charset.h"

#include <stdlib.h>
#include <string.h>

#include "support.h"

static void the_names_of_locales_are_known(void **state MFA_UNUSED)
{
	assert_int_equal(mfa_charset_find("UTF-8"), MFA_CHARSET_UTF8);
	assert_int_equal(mfa_charset_find("EUC-JP"), MFA_CHARSET_EUC_JP);
	assert_int_equal(mfa_charset_find("SHIFT_JIS"), MFA_CHARSET_SHIFT_JIS);
	assert_int_equal(mfa_charset_find("ANSI_X3.4-1968"), MFA_CHARSET_ASCII);
	assert_int_equal(mfa_charset_find(""), MFA_CHARSET_ASCII);
	assert_int_equal(mfa_charset_find("ISO-8859-1"), MFA_CHARSET_OTHER);
	assert_int_equal(mfa_charset_find("ISO-2022-CN-EXT"), MFA_CHARSET_OTHER);
	assert_int_equal(mfa_charset_find("UTF-8//TRANSLIT"), MFA_CHARSET_OTHER);
}

static void three_of_them_have_japanese(void **state MFA_UNUSED)
{
	assert_true(mfa_charset_has_japanese(MFA_CHARSET_UTF8));
	assert_true(mfa_charset_has_japanese(MFA_CHARSET_EUC_JP));
	assert_true(mfa_charset_has_japanese(MFA_CHARSET_SHIFT_JIS));
	assert_false(mfa_charset_has_japanese(MFA_CHARSET_ASCII));
	assert_false(mfa_charset_has_japanese(MFA_CHARSET_OTHER));
}

static void assert_encoded(enum mfa_charset charset, const char *text, const char *wanted)
{
	char encoded[64];
	mfa_charset_encode(charset, text, encoded, sizeof encoded);
	assert_string_equal(encoded, wanted);
}

static void each_has_its_own_bytes(void **state MFA_UNUSED)
{
	assert_encoded(MFA_CHARSET_UTF8, "鍵1: ", "鍵1: ");
	assert_encoded(MFA_CHARSET_EUC_JP, "鍵1～: ",
		       "\xb8\xb0"
		       "1\xa1\xc1: ");
	assert_encoded(MFA_CHARSET_SHIFT_JIS, "鍵1～: ",
		       "\x8c\xae"
		       "1\x81\x60: ");
	assert_encoded(MFA_CHARSET_EUC_JP, "\\~|", "\\~|");
	assert_encoded(MFA_CHARSET_SHIFT_JIS, "\\~|", "\\~|");
}

static void what_they_do_not_have_is_a_question_mark(void **state MFA_UNUSED)
{
	assert_encoded(MFA_CHARSET_EUC_JP, "a😀b", "a?b");
	assert_encoded(MFA_CHARSET_SHIFT_JIS, "a😀b", "a?b");
	assert_encoded(MFA_CHARSET_ASCII, "鍵a", "?a");
	assert_encoded(MFA_CHARSET_OTHER, "鍵a", "?a");
	assert_encoded(MFA_CHARSET_UTF8, "a\xff\xe3\x81", "a???");
	assert_encoded(MFA_CHARSET_EUC_JP, "\xff", "?");
}

static void no_character_is_cut(void **state MFA_UNUSED)
{
	static const enum mfa_charset charsets[] = { MFA_CHARSET_UTF8, MFA_CHARSET_EUC_JP,
						     MFA_CHARSET_SHIFT_JIS };
	for (size_t i = 0; i < MFA_COUNT(charsets); i++)
		for (size_t size = 1; size < 12; size++) {
			size_t width = i == 0 ? 3 : 2;
			char *encoded = malloc(size);
			assert_non_null(encoded);
			mfa_charset_encode(charsets[i], "鍵鍵鍵", encoded, size);
			size_t whole = (size - 1) / width;
			assert_int_equal(strlen(encoded),
					 (whole < 3 ? whole : 3) * width);
			free(encoded);
		}
}

static void ascii_is_known(void **state MFA_UNUSED)
{
	assert_true(mfa_charset_is_ascii(""));
	assert_true(mfa_charset_is_ascii("Ask 1234\x7f"));
	assert_false(mfa_charset_is_ascii("内線"));
	assert_false(mfa_charset_is_ascii("a\x80"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_names_of_locales_are_known),
		cmocka_unit_test(three_of_them_have_japanese),
		cmocka_unit_test(each_has_its_own_bytes),
		cmocka_unit_test(what_they_do_not_have_is_a_question_mark),
		cmocka_unit_test(no_character_is_cut),
		cmocka_unit_test(ascii_is_known),
	};
	return group_main("charset", tests);
}
