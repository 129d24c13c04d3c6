/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/text.h"

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
	};
	return group_main("text", tests);
}
