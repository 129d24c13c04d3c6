/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/typed_code.h"

#include <stdio.h>
#include <string.h>

#include "support.h"

struct code_case {
	const char *typed;
	const char *plain;
};

static void check_codes(const struct code_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char text[128];
		size_t typed_len = strlen(cases[i].typed);
		assert_true(typed_len < sizeof text);
		memset(text, 'x', sizeof text);
		memcpy(text, cases[i].typed, typed_len);
		size_t len = mfa_text_normalize_code(text, typed_len);
		assert_int_equal(len, strlen(cases[i].plain));
		assert_memory_equal(text, cases[i].plain, len);
		for (size_t j = len; j < typed_len; j++)
			assert_int_equal(text[j], 0);
		assert_int_equal(text[typed_len], 'x');
	}
}

static void a_plain_code_stays_as_it_is(void **state MFA_UNUSED)
{
	static const struct code_case cases[] = {
		{ "123456", "123456" },
		{ "", "" },
		{ "cccccbcvchgt", "cccccbcvchgt" },
		{ "a_b.c+d/e", "a_b.c+d/e" },
	};
	check_codes(cases, MFA_COUNT(cases));
}

static void full_width_characters_become_ascii(void **state MFA_UNUSED)
{
	static const struct code_case cases[] = {
		{ "１２３４５６", "123456" },
		{ "１2３4５6", "123456" },
		{ "ａｚＡＺ", "azAZ" },
		{ "！～", "!~" },
		{ "０９", "09" },
	};
	check_codes(cases, MFA_COUNT(cases));
}

static void spaces_and_hyphens_go(void **state MFA_UNUSED)
{
	static const struct code_case cases[] = {
		{ "123 456", "123456" },
		{ "123-456", "123456" },
		{ "\t123\xc2\xa0"
		  "456\xe3\x80\x80",
		  "123456" },
		{ "123－456", "123456" },
		{ "１２３ー４５６", "123456" },
		{ "123ｰ456", "123456" },
		{ "1‐2‑3‒4–5—6―", "123456" },
		{ "123−456", "123456" },
		{ "123\xc2\xad"
		  "456",
		  "123456" },
		{ "- - -", "" },
	};
	check_codes(cases, MFA_COUNT(cases));
}

/* So that what is removed joins no bytes to a character. */
static void bytes_that_are_no_characters_are_replaced(void **state MFA_UNUSED)
{
	static const struct code_case cases[] = {
		{ "\xff"
		  "12 3",
		  "\xff"
		  "123" },
		{ "12\xe3", "12\xff" },
		{ "1\xef\xbc \x91", "1\xff\xff\xff" },
		{ "\xc0\xa0"
		  "1",
		  "\xff\xff"
		  "1" },
		{ "あ1", "あ1" },
	};
	check_codes(cases, MFA_COUNT(cases));
}

/* ECMA-48, as terminals send them: xterm, the Linux console, rxvt, the keypad. */
static void what_keys_without_a_digit_send_goes(void **state MFA_UNUSED)
{
	static const struct code_case cases[] = {
		{ "\033[D\033[4~\033[B", "" },
		{ "\033[1;5C12\033OA34\033[3~56", "123456" },
		{ "\033OP123456\033[[A", "123456" },
		{ "\033[7$123456\033[15~", "123456" },
		{ "\033[200~123456\033[201~", "123456" },
		{ "\033[200~123 456\r\n\033[201~", "123456" },
		{ "\033"
		  "123456",
		  "123456" }, /* with Alt */
		{ "123456\033", "123456" },
		{ "123456\033[", "123456" },
		{ "123456\033O", "123456" },
		{ "\033 [D", "[D" },
		{ "\033Oq\033Or", "" },
	};
	check_codes(cases, MFA_COUNT(cases));
}

static void ends_of_lines_and_typographic_spaces_go(void **state MFA_UNUSED)
{
	static const uint16_t points[] = {
		0x00a0, 0x00ad, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004,
		0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200a, 0x200b, 0x200c,
		0x200d, 0x200e, 0x200f, 0x2010, 0x2011, 0x2012, 0x2013, 0x2014,
		0x2015, 0x2028, 0x2029, 0x202a, 0x202e, 0x202f, 0x2043, 0x205f,
		0x2060, 0x2066, 0x2069, 0x207b, 0x2212, 0x2500, 0x3000, 0x301c,
		0x30a0, 0x30fc, 0xfe58, 0xfe63, 0xfeff, 0xff0d, 0xff70,
	};
	static const struct code_case lines[] = {
		{ "123456\r", "123456" },
		{ "123456\r\n", "123456" },
		{ "\v123\f456\n", "123456" },
	};
	check_codes(lines, MFA_COUNT(lines));
	for (size_t i = 0; i < MFA_COUNT(points); i++) {
		char text[32];
		struct code_case typed = { text, "123456" };
		if (points[i] < 0x800)
			(void)snprintf(text, sizeof text, "123%c%c456",
				       0xc0 | points[i] >> 6, 0x80 | (points[i] & 0x3f));
		else
			(void)snprintf(text, sizeof text, "123%c%c%c456",
				       0xe0 | points[i] >> 12,
				       0x80 | (points[i] >> 6 & 0x3f),
				       0x80 | (points[i] & 0x3f));
		check_codes(&typed, 1);
	}
}

/* A terminal that is not in UTF-8, whatever the program believes. */
static void full_width_characters_of_other_encodings_become_ascii(void **state MFA_UNUSED)
{
	static const struct code_case cases[] = {
		/* EUC-JP: digits, letters, space, long-vowel mark, minus sign */
		{ "\xa3\xb0\xa3\xb1\xa3\xb9", "019" },
		{ "\xa3\xc1\xa3\xda\xa3\xe1\xa3\xfa", "AZaz" },
		{ "\xa3\xb1\xa1\xa1\xa3\xb2\xa1\xbc\xa3\xb3\xa1\xdd\x8e\xb0"
		  "4",
		  "1234" },
		{ "\xa4\xa2\xa3\xb1", "?1" },
		/* Shift_JIS: the same */
		{ "\x82\x4f\x82\x50\x82\x58", "019" },
		{ "\x82\x60\x82\x79\x82\x81\x82\x9a", "AZaz" },
		{ "\x82\x50\x81\x40\x82\x51\x81\x5b\x82\x52\x81\x7c\xb0"
		  "4",
		  "1234" },
		{ "\x82\xa0\x82\x50", "?1" },
		/* neither */
		{ "\xa3\xb1\x82\x50\xff", "\xff\xff\xffP\xff" },
	};
	check_codes(cases, MFA_COUNT(cases));
}

/* The characters and bytes that make up any typed text, in any order. */
static size_t make_text(uint32_t seed, char ret_text[static 64])
{
	static const char *const parts[] = {
		"1",
		"2",
		"a",
		"Z",
		"-",
		" ",
		"\r",
		"\n",
		"\033",
		"\033[",
		"[",
		"O",
		"D",
		"~",
		"200",
		"\xef\xbc\x91",
		"\xef\xbc\x8d",
		"\xe2\x80\x8b",
		"\xef\xbb\xbf",
		"\xe3",
		"\x81",
		"\xa3\xb1",
		"\x82\x50",
		"\xa1",
		"\xff",
		"\xef\xbc",
		"\x91",
		"\xc2",
		"\xa0",
		"\xe3\x83\xbc",
		"\xef\xbc\xbb",
		"!",
	};
	size_t len = 0;
	ret_text[0] = '\0';
	for (unsigned i = 0; i < 12; i++) {
		seed = seed * 1664525 + 1013904223;
		const char *part = parts[seed >> 27];
		memcpy(ret_text + len, part, strlen(part));
		len += strlen(part);
	}
	return len;
}

static void a_normalized_code_stays_as_it_is(void **state MFA_UNUSED)
{
	for (uint32_t seed = 0; seed < 200000; seed++) {
		char text[64];
		char again[64];
		size_t len = make_text(seed, text);
		bool has_code = mfa_text_has_code(text, len);
		len = mfa_text_normalize_code(text, len);
		memcpy(again, text, len);
		assert_int_equal(mfa_text_normalize_code(again, len), len);
		assert_memory_equal(again, text, len);
		assert_int_equal(mfa_text_has_code(text, len), has_code);
	}
}

/* Whoever could type less than the digits of a code, or others, would guess better. */
static void no_digit_comes_from_anything_else(void **state MFA_UNUSED)
{
	for (uint32_t point = 1; point < 0x11000; point++) {
		char text[8];
		bool is_digit = (point >= '0' && point <= '9') ||
				(point >= 0xff10 && point <= 0xff19);
		if (point < 0x80)
			(void)snprintf(text, sizeof text, "%c", (int)point);
		else if (point < 0x800)
			(void)snprintf(text, sizeof text, "%c%c",
				       (int)(0xc0 | point >> 6),
				       (int)(0x80 | (point & 0x3f)));
		else if (point < 0x10000)
			(void)snprintf(text, sizeof text, "%c%c%c",
				       (int)(0xe0 | point >> 12),
				       (int)(0x80 | (point >> 6 & 0x3f)),
				       (int)(0x80 | (point & 0x3f)));
		else
			(void)snprintf(text, sizeof text, "%c%c%c%c",
				       (int)(0xf0 | point >> 18),
				       (int)(0x80 | (point >> 12 & 0x3f)),
				       (int)(0x80 | (point >> 6 & 0x3f)),
				       (int)(0x80 | (point & 0x3f)));
		size_t len = mfa_text_normalize_code(text, strlen(text));
		bool became_digit = len == 1 && text[0] >= '0' && text[0] <= '9';
		if (point < 0xd800 || point > 0xdfff) /* surrogates are no characters */
			assert_int_equal(became_digit, is_digit);
	}
}

static void what_has_neither_letter_nor_digit_is_no_code(void **state MFA_UNUSED)
{
	static const char *const none[] = {
		"",
		" ",
		"\r\n",
		"\033[D",
		"\033[200~\033[201~",
		"\033Oq",
		"&(-",
		"\xe2\x80\x8b",
		"ー",
		"あいう",
		"\xa4\xa2\xa4\xa4",
		"\b\b\177",
	};
	static const char *const some[] = {
		"1", "a",   "１",	"\033[D1",  "\xff",
		"x", "あ1", "\xa3\xb1", "\x82\x50", "12\xe3",
	};
	for (size_t i = 0; i < MFA_COUNT(none); i++)
		assert_false(mfa_text_has_code(none[i], strlen(none[i])));
	for (size_t i = 0; i < MFA_COUNT(some); i++)
		assert_true(mfa_text_has_code(some[i], strlen(some[i])));
}

static void spaces_and_ends_of_lines_are_blank(void **state MFA_UNUSED)
{
	assert_true(mfa_text_is_blank("", 0));
	assert_true(mfa_text_is_blank("\r", 1));
	assert_true(mfa_text_is_blank(" \t\r\n", 4));
	assert_false(mfa_text_is_blank("\033[D", 3));
	assert_false(mfa_text_is_blank("", 1));
	assert_false(mfa_text_is_blank(" 1", 2));
}

static void other_digits_are_no_digits(void **state MFA_UNUSED)
{
	static const struct code_case cases[] = {
		{ "١٢٣", "١٢٣" }, /* Arabic-Indic */
		{ "①②③", "①②③" },
		{ "一二三", "一二三" },
	};
	check_codes(cases, MFA_COUNT(cases));
}

struct cut_case {
	const char *line;
	size_t count;
	size_t used; /* bytes from the end */
	const char *code;
};

static void a_code_is_cut_from_the_end_of_a_line(void **state MFA_UNUSED)
{
	static const struct cut_case cases[] = {
		{ "pass123456", 6, 6, "123456" },
		{ "123456", 6, 6, "123456" },
		{ "pass99123456", 8, 8, "99123456" },
		{ "パスワード１２３４５６", 6, 18, "123456" },
		{ "pass１2３4５6", 6, 12, "123456" },
		{ "pass123 456", 6, 7, "123456" },
		{ "pass123－456　", 6, 12, "123456" },
		{ "pass123456 - ", 6, 9, "123456" },
		{ "pass-123456", 6, 6, "123456" }, /* the hyphen is the password's */
		{ "pass 123456", 6, 6, "123456" },
		{ "ー123456", 6, 6, "123456" },
		{ "secretcccccc", 6, 6, "cccccc" },
		{ "pass\xe3\x81"
		  "123456",
		  6, 6, "123456" },
		{ "pass123456\r", 6, 7, "123456" },
		{ "pass123456\033[201~", 6, 12, "123456" },
		{ "pass123456\033[D \033OA\r\n", 6, 15, "123456" },
		{ "pass123456\033", 6, 7, "123456" },
		{ "pass\xe2\x80\xaf"
		  "123\xe2\x80\x8b"
		  "456",
		  6, 9, "123456" },
		/* the password's, whatever it is */
		{ "pass\033[D123456", 6, 6, "123456" },
		{ "pass\033[123456", 6, 6, "123456" },
		{ "pass\033"
		  "123456",
		  6, 6, "123456" },
	};
	for (size_t i = 0; i < MFA_COUNT(cases); i++) {
		char code[8];
		size_t used = mfa_text_cut_code(cases[i].line, strlen(cases[i].line),
						cases[i].count, code);
		assert_int_equal(used, cases[i].used);
		assert_memory_equal(code, cases[i].code, cases[i].count);
	}
}

/* A lone byte 0xa0 or 0xad is no no-break space or soft hyphen. */
static void a_byte_that_is_no_character_is_part_of_the_code(void **state MFA_UNUSED)
{
	char code[6];
	assert_int_equal(mfa_text_cut_code("secret123456\xa0", 13, 6, code), 6);
	assert_memory_equal(code, "23456\xa0", 6);
	assert_int_equal(mfa_text_cut_code("secret123\xad"
					   "456",
					   13, 6, code),
			 6);
	assert_memory_equal(code,
			    "23\xad"
			    "456",
			    6);
}

static void a_line_without_a_code_at_its_end_is_not_cut(void **state MFA_UNUSED)
{
	static const char *const lines[] = { "",	   "12345",
					     "1 2 3 4 5",  "  - - ー ー",
					     "パスワード", "123あ456" };
	for (size_t i = 0; i < MFA_COUNT(lines); i++) {
		char code[6];
		assert_int_equal(mfa_text_cut_code(lines[i], strlen(lines[i]), 6, code),
				 0);
	}
}

/* What leaves the program of a line with password and code. */
static void only_what_could_be_a_code_is_its_end(void **state MFA_UNUSED)
{
	static const struct {
		const char *line;
		const char *end;
	} cases[] = {
		{ "secret123456", "123456" },
		{ "secret12345678", "12345678" },
		{ "secret123456789", "23456789" }, /* the password ends in a digit */
		{ "secret 123 456", "123 456" },
		{ "secret-12-34-56 ", "12-34-56 " },
		{ "\xe7\xa7\x98\xe5\xaf\x86"
		  "123456",
		  "123456" },
		{ "secret\xef\xbc\x91\xef\xbc\x92", "\xef\xbc\x91\xef\xbc\x92" },
		{ "secret", "" },
		{ "", "" },
		{ "123456", "123456" },
		{ "right horse", "" },
		{ "secret!cccccccfhcbelrhifitrrvjcihglthigevijrnkbfkbc",
		  "cccccccfhcbelrhifitrrvjcihglthigevijrnkbfkbc" },
		{ "secret!CCCCCCCFHCBELRHIFITRRVJCIHGLTHIGEVIJRNKBFKBC",
		  "CCCCCCCFHCBELRHIFITRRVJCIHGLTHIGEVIJRNKBFKBC" },
		/* too short for a YubiKey's */
		{ "secret!cbdefghijklnrtuvcbdefghijklnrtu", "" },
	};
	for (size_t i = 0; i < MFA_COUNT(cases); i++) {
		size_t len = strlen(cases[i].line);
		assert_string_equal(cases[i].line + mfa_text_code_end(cases[i].line, len),
				    cases[i].end);
	}
}

/* Any code that the end of a line has is in what is sent of it. */
static void the_end_holds_every_code_that_the_line_has(void **state MFA_UNUSED)
{
	static const char *const codes[] = { "123456", "1234567", "12345678", "12 34-56",
					     "\xef\xbc\x91\xef\xbc\x92\xef\xbc\x93" };
	static const char *const passwords[] = {
		"", "x", "9", "99999999", "horse-", "cb", "\xe3\x83\xbc"
	};
	for (size_t i = 0; i < MFA_COUNT(codes); i++)
		for (size_t j = 0; j < MFA_COUNT(passwords); j++)
			for (size_t count = 6; count <= 8; count++) {
				char line[64];
				char whole[9] = ""; /* codes have no NUL byte */
				char end[9] = "";
				(void)snprintf(line, sizeof line, "%s%s", passwords[j],
					       codes[i]);
				size_t len = strlen(line);
				size_t start = mfa_text_code_end(line, len);
				size_t of_whole =
					mfa_text_cut_code(line, len, count, whole);
				size_t of_end = mfa_text_cut_code(
					line + start, len - start, count, end);
				bool is_digits = of_whole > 0 &&
						 strspn(whole, "0123456789") >= count;
				if (is_digits) {
					assert_int_equal(of_end, of_whole);
					assert_memory_equal(whole, end, count);
				}
			}
}

static void sshds_filler_is_known_at_any_length(void **state MFA_UNUSED)
{
	static const char filler[] = "\b\n\r\177INCORRECT\b\n\r\177INCORRECT";
	for (size_t len = 1; len < sizeof filler; len++)
		assert_true(mfa_text_is_sshd_filler(filler, len));
	assert_false(mfa_text_is_sshd_filler("\b\n\r\177INCORRECT1", 14));
	assert_false(mfa_text_is_sshd_filler("INCORRECT", 9));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plain_code_stays_as_it_is),
		cmocka_unit_test(full_width_characters_become_ascii),
		cmocka_unit_test(spaces_and_hyphens_go),
		cmocka_unit_test(bytes_that_are_no_characters_are_replaced),
		cmocka_unit_test(what_keys_without_a_digit_send_goes),
		cmocka_unit_test(ends_of_lines_and_typographic_spaces_go),
		cmocka_unit_test(full_width_characters_of_other_encodings_become_ascii),
		cmocka_unit_test(a_normalized_code_stays_as_it_is),
		cmocka_unit_test(no_digit_comes_from_anything_else),
		cmocka_unit_test(what_has_neither_letter_nor_digit_is_no_code),
		cmocka_unit_test(spaces_and_ends_of_lines_are_blank),
		cmocka_unit_test(other_digits_are_no_digits),
		cmocka_unit_test(a_code_is_cut_from_the_end_of_a_line),
		cmocka_unit_test(a_byte_that_is_no_character_is_part_of_the_code),
		cmocka_unit_test(a_line_without_a_code_at_its_end_is_not_cut),
		cmocka_unit_test(only_what_could_be_a_code_is_its_end),
		cmocka_unit_test(the_end_holds_every_code_that_the_line_has),
		cmocka_unit_test(sshds_filler_is_known_at_any_length),
	};
	return group_main("typed_code", tests);
}
