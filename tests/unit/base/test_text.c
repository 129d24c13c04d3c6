/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/text.h"

#include <stdio.h>
#include <string.h>

#include "support.h"

static void knows_utf8(void **state MFA_UNUSED)
{
	static const char *const good[] = {
		"",
		"abc",
		"\xc2\x80",
		"\xdf\xbf",
		"\xe0\xa0\x80",
		"\xed\x9f\xbf",
		"\xee\x80\x80",
		"\xef\xbf\xbf",
		"\xf0\x90\x80\x80",
		"\xf4\x8f\xbf\xbf",
		"情報政策課",
	};
	for (size_t i = 0; i < MFA_COUNT(good); i++)
		assert_true(mfa_text_is_utf8(good[i], strlen(good[i])));
}

static void refuses_what_is_not_utf8(void **state MFA_UNUSED)
{
	static const char *const bad[] = {
		"\x80",			/* a continuation alone */
		"\xc2",			/* cut off */
		"\xc2\x41",		/* no continuation */
		"\xc0\xaf",		/* overlong / */
		"\xc1\xbf",		/* overlong */
		"\xe0\x80\xaf",		/* overlong */
		"\xe0\x9f\xbf",		/* overlong */
		"\xf0\x80\x80\xaf",	/* overlong */
		"\xf0\x8f\xbf\xbf",	/* overlong */
		"\xed\xa0\x80",		/* surrogate */
		"\xed\xbf\xbf",		/* surrogate */
		"\xf4\x90\x80\x80",	/* beyond U+10FFFF */
		"\xf5\x80\x80\x80",	/* beyond U+10FFFF */
		"\xf8\x88\x80\x80\x80", /* five bytes */
		"\xe3\x81",		/* cut off */
		"\xf0\x9f\x98",		/* cut off */
		"\xff",
		"\xfe",
		"abc\xe9",
	};
	for (size_t i = 0; i < MFA_COUNT(bad); i++)
		if (mfa_text_is_utf8(bad[i], strlen(bad[i])))
			fail_msg("case %zu passes for UTF-8", i);
	assert_false(mfa_text_is_utf8("a\0b", 3));
}

static void a_label_is_short_text_without_controls(void **state MFA_UNUSED)
{
	assert_true(mfa_text_is_label("鍵 1", 64));
	assert_true(mfa_text_is_label("1234567", 8));
	assert_true(mfa_text_is_label("\xc2\xa0", 8));
	static const char *const bad[] = {
		"", "12345678", "a\n", "\x1b[0m", "a\x7f", "\xc2\x9b", "\xc2\x85", "\xff",
	};
	for (size_t i = 0; i < MFA_COUNT(bad); i++)
		if (mfa_text_is_label(bad[i], 8))
			fail_msg("case %zu passes for a label", i);
}

static void reads_whole_numbers(void **state MFA_UNUSED)
{
	int64_t number = -7;
	assert_int_equal(mfa_text_parse_number("0", &number), MFA_OK);
	assert_int_equal(number, 0);
	assert_int_equal(mfa_text_parse_number("007", &number), MFA_OK);
	assert_int_equal(number, 7);
	assert_int_equal(mfa_text_parse_number("9223372036854775807", &number), MFA_OK);
	assert_int_equal(number, INT64_MAX);
}

static void refuses_what_is_no_whole_number(void **state MFA_UNUSED)
{
	static const char *const bad[] = {
		"",
		"-1",
		"+1",
		" 1",
		"1 ",
		"1x",
		"0x1",
		"1.0",
		"１",
		"9223372036854775808",
		"99999999999999999999999",
	};
	int64_t number = -7;
	for (size_t i = 0; i < MFA_COUNT(bad); i++)
		assert_int_equal(mfa_text_parse_number(bad[i], &number), MFA_ERR_INVALID);
	assert_int_equal(number, -7);
}

static void reads_durations(void **state MFA_UNUSED)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} cases[] = {
		{ "0", 0 },	    { "90", 90 },
		{ "90s", 90 },	    { "15m", 900 },
		{ "2h", 7200 },	    { "1d", 86400 },
		{ "30d", 2592000 }, { "9223372036854775807s", INT64_MAX },
	};
	for (size_t i = 0; i < MFA_COUNT(cases); i++) {
		int64_t seconds = -1;
		assert_int_equal(mfa_text_parse_duration(cases[i].text, &seconds),
				 MFA_OK);
		assert_int_equal(seconds, cases[i].seconds);
	}
}

static void refuses_what_is_no_duration(void **state MFA_UNUSED)
{
	static const char *const bad[] = {
		"",
		"s",
		"m",
		"-1m",
		"15 m",
		"15M",
		"15mm",
		"1h30m",
		"1w",
		"1.5h",
		"m15",
		"9223372036854775807m",
		"106751991167301d",
		"00000000000000000000000000000001s",
	};
	int64_t seconds = -1;
	for (size_t i = 0; i < MFA_COUNT(bad); i++)
		if (mfa_text_parse_duration(bad[i], &seconds) != MFA_ERR_INVALID)
			fail_msg("\"%s\" passes for a duration", bad[i]);
	assert_int_equal(seconds, -1);
}

static void writes_times_in_utc(void **state MFA_UNUSED)
{
	char text[MFA_TIME_SIZE];
	mfa_text_format_time(0, text);
	assert_string_equal(text, "1970-01-01T00:00:00Z");
	mfa_text_format_time(1795228980, text);
	assert_string_equal(text, "2026-11-21T02:43:00Z");
	mfa_text_format_time(-1, text);
	assert_string_equal(text, "1969-12-31T23:59:59Z");
	mfa_text_format_time(1LL << 31, text);
	assert_string_equal(text, "2038-01-19T03:14:08Z");
	mfa_text_format_time(1LL << 32, text);
	assert_string_equal(text, "2106-02-07T06:28:16Z");
	mfa_text_format_time(1LL << 55, text); /* the longest years there are */
	assert_string_equal(text, "1141709097-06-13T06:26:08Z");
	mfa_text_format_time(INT64_MAX, text);
	assert_string_equal(text, "-");
	mfa_text_format_time(INT64_MIN, text);
	assert_string_equal(text, "-");
}

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

static void bytes_that_are_not_utf8_stay(void **state MFA_UNUSED)
{
	static const struct code_case cases[] = {
		{ "\xff"
		  "12 3",
		  "\xff"
		  "123" },
		{ "12\xe3\x81", "12\xe3\x81" },
		{ "\xef\xbc\x91\xef\xbc", "1\xef\xbc" },
		{ "\xc0\xad"
		  "1",
		  "\xc0\xad"
		  "1" },
		{ "あ1", "あ1" },
	};
	check_codes(cases, MFA_COUNT(cases));
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

static void a_day_ends_in_utc(void **state MFA_UNUSED)
{
	int64_t end = 0;
	assert_int_equal(mfa_text_parse_day("2026-12-31", &end), MFA_OK);
	assert_int_equal(end, 1798761600); /* 2027-01-01T00:00:00Z */
	assert_int_equal(mfa_text_parse_day("2028-02-29", &end), MFA_OK);
}

static void what_is_no_day_is_refused(void **state MFA_UNUSED)
{
	static const char *const bad[] = {
		"",	      "2026",	    "2026-12",	   "2026-02-30",  "2027-02-29",
		"2026-13-01", "2026-00-10", "26-12-31",	   " 2026-12-31", "2026-12-31 ",
		"2026-1-1",   "2026/12/31", "2026-12-311", "-1",	  "12026-12-31",
	};
	int64_t end = 7;
	for (size_t i = 0; i < MFA_COUNT(bad); i++)
		if (mfa_text_parse_day(bad[i], &end) != MFA_ERR_INVALID)
			fail_msg("\"%s\" was taken for a day", bad[i]);
	assert_int_equal(end, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_day_ends_in_utc),
		cmocka_unit_test(what_is_no_day_is_refused),
		cmocka_unit_test(knows_utf8),
		cmocka_unit_test(refuses_what_is_not_utf8),
		cmocka_unit_test(a_label_is_short_text_without_controls),
		cmocka_unit_test(reads_whole_numbers),
		cmocka_unit_test(refuses_what_is_no_whole_number),
		cmocka_unit_test(reads_durations),
		cmocka_unit_test(refuses_what_is_no_duration),
		cmocka_unit_test(writes_times_in_utc),
		cmocka_unit_test(a_plain_code_stays_as_it_is),
		cmocka_unit_test(full_width_characters_become_ascii),
		cmocka_unit_test(spaces_and_hyphens_go),
		cmocka_unit_test(bytes_that_are_not_utf8_stay),
		cmocka_unit_test(other_digits_are_no_digits),
		cmocka_unit_test(a_code_is_cut_from_the_end_of_a_line),
		cmocka_unit_test(a_byte_that_is_no_character_is_part_of_the_code),
		cmocka_unit_test(a_line_without_a_code_at_its_end_is_not_cut),
		cmocka_unit_test(only_what_could_be_a_code_is_its_end),
		cmocka_unit_test(the_end_holds_every_code_that_the_line_has),
		cmocka_unit_test(sshds_filler_is_known_at_any_length),
	};
	return group_main("text", tests);
}
