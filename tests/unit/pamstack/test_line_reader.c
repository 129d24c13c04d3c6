/* SPDX-License-Identifier: BSD-2-Clause */
/* What releases of libpam make of the same lines. */
#include "pamstack/lexer.h"

#include <stdio.h>
#include <string.h>

#include "support.h"

enum {
	FILE_SIZE = 4096,
	LONG = 1100,
};

/* The lines as this release puts them together, each behind its number and in brackets,
 * and how the file ends. */
static void read_lines(enum mfa_libpam version, const char *text, size_t len,
		       char ret_lines[static FILE_SIZE])
{
	MFA_CLEANUP(lexer_done) struct lexer lexer = { 0 };
	enum line_end end = LINE_WHOLE;
	size_t used = 0;
	assert_int_equal(lexer_init(version, text, len, &lexer), MFA_OK);
	while (end == LINE_WHOLE) {
		unsigned number = 0;
		end = lexer_read_line(&lexer, &number);
		if (end != LINE_WHOLE)
			break;
		used += (size_t)snprintf(ret_lines + used, FILE_SIZE - used, "%u[%s]",
					 number, lexer.line);
		assert_true(used < FILE_SIZE);
	}
	(void)snprintf(ret_lines + used, FILE_SIZE - used, "%s",
		       end == LINE_NONE ? "" : "broken");
}

static void each_release_has_its_lines(void **state MFA_UNUSED)
{
	static const struct {
		const char *text;
		const char *up_to_1_5;
		const char *from_1_6;
	} cases[] = {
		{ "a b\nc\n", "1[a b\n]2[c\n]", "1[a b\n]2[c\n]" },
		{ "a # b\n# c\n\n d\n", "1[a ]4[ d\n]", "1[a ]4[d\n]" },
		{ "a \\\nb\nc", "1[a  b\n]3[c]", "1[a  b\n]3[c]" },
		{ "a \\\n# b\nc\n", "1[a  c\n]", "1[a  ]3[c\n]" },
		{ "a \\\n\nc\n", "1[a  c\n]", "1[a  \n]3[c\n]" },
		{ "a # b \\\nc\n", "1[a ]2[c\n]", "1[a ]2[c\n]" },
		{ "# a \\\nb\n", "2[b\n]", "2[b\n]" },
		{ "\\\n\na\n", "1[ a\n]", "3[a\n]" },
		{ "a \\", "broken", "broken" },
		{ "", "", "" },
	};
	char lines[FILE_SIZE];
	for (size_t i = 0; i < MFA_COUNT(cases); i++) {
		size_t len = strlen(cases[i].text);
		read_lines(MFA_LIBPAM_1_5, cases[i].text, len, lines);
		assert_string_equal(lines, cases[i].up_to_1_5);
		read_lines(MFA_LIBPAM_1_6, cases[i].text, len, lines);
		assert_string_equal(lines, cases[i].from_1_6);
	}
}

static void a_long_line_is_one_from_1_6_on(void **state MFA_UNUSED)
{
	char text[FILE_SIZE] = "#";
	char lines[FILE_SIZE];
	memset(text + 1, 'x', LONG);
	(void)snprintf(text + 1 + LONG, sizeof text - 1 - LONG, " a\nb\n");
	read_lines(MFA_LIBPAM_1_6, text, strlen(text), lines);
	assert_string_equal(lines, "2[b\n]");
	read_lines(MFA_LIBPAM_1_5, text, strlen(text), lines);
	assert_non_null(strstr(lines, "x a\n]"));
	text[0] = 'x';
	read_lines(MFA_LIBPAM_1_6, text, strlen(text), lines);
	assert_int_equal(strlen(lines), strlen(text) + strlen("1[]2[]"));
}

/* libpam keeps the length, and its strings end before that. */
static void what_is_behind_a_nul_is_hidden(void **state MFA_UNUSED)
{
	static const char text[] = "a\0b \\\nc\nx\n";
	char lines[FILE_SIZE];
	read_lines(MFA_LIBPAM_1_6, text, sizeof text - 1, lines);
	assert_string_equal(lines, "1[a]3[x\n]");
	read_lines(MFA_LIBPAM_1_5, text, sizeof text - 1, lines);
	assert_string_equal(lines, "1[a]2[c\n]3[x\n]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_release_has_its_lines),
		cmocka_unit_test(a_long_line_is_one_from_1_6_on),
		cmocka_unit_test(what_is_behind_a_nul_is_hidden),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
