/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/config_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

/* What the reader handed over, one "line [section] key=value" after the other. */
struct seen {
	char text[4096];
	int refuse_line;
};

static int note(void *context, const struct config_line *line, struct mfa_diag *diag)
{
	struct seen *seen = context;
	size_t at = strlen(seen->text);
	if ((unsigned long)seen->refuse_line == line->number)
		return config_fail(diag, line, "refused");
	if (line->key == NULL)
		(void)snprintf(seen->text + at, sizeof seen->text - at, "%lu [%s]\n",
			       line->number, line->section);
	else
		(void)snprintf(seen->text + at, sizeof seen->text - at,
			       "%lu [%s] %s=%s\n", line->number, line->section, line->key,
			       line->value);
	return MFA_OK;
}

static int read_config(struct sandbox *box, const char *text, struct seen *seen,
		       struct mfa_diag *diag)
{
	const char *path = path_in(box, "test.conf");
	write_text(path, text);
	return config_file_read(path, note, seen, diag);
}

static void assert_reads(void **state, const char *text, const char *expected)
{
	struct seen seen = { .text = "" };
	struct mfa_diag diag = { .text = "" };
	int err = read_config(*state, text, &seen, &diag);
	assert_done(err, &diag);
	assert_string_equal(seen.text, expected);
}

/* line 0: the message names none */
static void assert_refuses(void **state, const char *text, unsigned line,
			   const char *words)
{
	struct seen seen = { .text = "" };
	struct mfa_diag diag = { .text = "" };
	char where[64] = "test.conf: ";
	if (line > 0)
		(void)snprintf(where, sizeof where, "test.conf:%u: ", line);
	if (read_config(*state, text, &seen, &diag) != MFA_ERR_CONFIG)
		fail_msg("accepted: %s", text);
	if (strstr(diag.text, where) == NULL || strstr(diag.text, words) == NULL)
		fail_msg("\"%s\" does not tell \"%s\" and \"%s\"", diag.text, where,
			 words);
}

static void hands_over_sections_and_keys_in_order(void **state)
{
	assert_reads(state,
		     "# comment\n"
		     "[host]\n"
		     "zone = a\n"
		     "\n"
		     "[zone b]\n"
		     "  title=B b\n"
		     "[zone a]\n"
		     "\ttitle =\tA\t\n"
		     "mfa = on\n",
		     "2 [host]\n"
		     "3 [host] zone=a\n"
		     "5 [zone b]\n"
		     "6 [zone b] title=B b\n"
		     "7 [zone a]\n"
		     "8 [zone a] title=A\n"
		     "9 [zone a] mfa=on\n");
}

static void an_empty_file_holds_nothing(void **state)
{
	assert_reads(state, "\n", "");
	assert_reads(state, "\n\n# only a comment\n", "");
}

static void an_empty_section_is_handed_over(void **state)
{
	assert_reads(state, "[a]\n[b]\n[c]\nk=v\n", "1 [a]\n2 [b]\n3 [c]\n4 [c] k=v\n");
	assert_reads(state, "[a]\n", "1 [a]\n");
}

static void a_section_may_come_back(void **state)
{
	assert_reads(state, "[a]\nk=1\n[b]\nk=2\n[a]\nl=3\n",
		     "1 [a]\n2 [a] k=1\n3 [b]\n4 [b] k=2\n5 [a]\n6 [a] l=3\n");
}

static void a_value_may_be_empty(void **state)
{
	assert_reads(state, "[a]\nk=\nl =  \n", "1 [a]\n2 [a] k=\n3 [a] l=\n");
}

static void a_value_may_hold_an_equals_sign(void **state)
{
	assert_reads(state, "[a]\nk = a=b\n", "1 [a]\n2 [a] k=a=b\n");
}

static void utf8_comes_through(void **state)
{
	assert_reads(state, "[a]\ncontact = 情報政策課 内線1234\n",
		     "1 [a]\n2 [a] contact=情報政策課 内線1234\n");
}

static void a_comment_behind_a_value_is_no_value(void **state)
{
	assert_reads(state, "[a] # c\nk = v # why\nl=v#w # =\nm=# =\n",
		     "1 [a]\n2 [a] k=v\n3 [a] l=v\n4 [a] m=\n");
}

static void a_line_may_be_long(void **state)
{
	static char text[3072] = "[a]\nk = ";
	static char expected[3072] = "1 [a]\n2 [a] k=";
	memset(text + strlen(text), 'x', 3000);
	memset(expected + strlen(expected), 'x', 3000);
	strcat(text, "\n");
	strcat(expected, "\n");
	assert_reads(state, text, expected);
}

static void a_quote_that_is_wrong_is_refused(void **state)
{
	static const char *const values[] = { "\"v",	 "v\"",	      "v \"w\"",
					      "\"v\" w", "\"v # w\"", "\"v\"\"w\"",
					      "\"",	 "\"\"\"" };
	for (size_t i = 0; i < MFA_COUNT(values); i++) {
		char text[64];
		(void)snprintf(text, sizeof text, "[a]\nk = %s\n", values[i]);
		assert_refuses(state, text, 2, "\"k\": a quote without its end");
	}
}

static void quotes_and_windows_line_ends_go(void **state)
{
	assert_reads(state, "[a]\r\nk = v\r\nl = w x\r\n",
		     "1 [a]\n2 [a] k=v\n3 [a] l=w x\n");
	assert_reads(state, "[a]\nk = \"v w\"\nl = \" v \" # c\nm = \"\"\n",
		     "1 [a]\n2 [a] k=v w\n3 [a] l= v \n4 [a] m=\n");
}

static void a_carriage_return_stands_before_a_line_feed(void **state)
{
	static const char words[] = "a control or hidden character (U+000D)";
	assert_refuses(state, "[a]\n# why:\rservices = b\nusers = c\n", 2, words);
	assert_refuses(state, "[a]\nk = b\rl = c\n", 2, words);
	assert_refuses(state, "# c\r[a]\rk = b\r", 1, words);
	assert_refuses(state, "[a]\r\nk = b\r\r\n", 2, words);
	assert_refuses(state, "[a]\nk = b\r", 2, words);
}

static void what_is_not_seen_is_refused(void **state)
{
	static const struct {
		const char *bytes;
		const char *name;
	} unseen[] = {
		{ "\x01", "U+0001" },	      { "\x1b[2K", "U+001B" },
		{ "\v", "U+000B" },	      { "\f", "U+000C" },
		{ "\x7f", "U+007F" },	      { "\xc2\x85", "U+0085" },
		{ "\xe2\x80\xa8", "U+2028" }, { "\xe2\x80\xae", "U+202E" },
		{ "\xef\xbb\xbf", "U+FEFF" },
	};
	for (size_t i = 0; i < MFA_COUNT(unseen); i++) {
		char text[64];
		(void)snprintf(text, sizeof text, "[a]\n# c%s\n", unseen[i].bytes);
		assert_refuses(state, text, 2, unseen[i].name);
		(void)snprintf(text, sizeof text, "[a]\nk = v\nl = 区%s\n",
			       unseen[i].bytes);
		assert_refuses(state, text, 3, unseen[i].name);
	}
	assert_refuses(state, "\xef\xbb\xbf[a]\n", 1, "U+FEFF");
}

static void a_key_given_twice_is_refused(void **state)
{
	assert_refuses(state, "[a]\nk=1\nl=2\nk=3\n", 4, "given twice (first in line 2)");
	assert_refuses(state, "[a]\nk=1\n[b]\nk=1\n[a]\nk=1\n", 6, "given twice");
	assert_refuses(state, "[a]\nk=1\nk=1\n", 3, "given twice");
}

static void a_line_without_equals_is_refused(void **state)
{
	static const char words[] = "expected: key = value, each in one line";
	assert_refuses(state, "[a]\nk=1\nnonsense\n", 3, words);
	assert_refuses(state, "[a]\nnonsense\nk=1\n", 2, words);
	assert_refuses(state, "nonsense\n", 1, words);
	assert_refuses(state, "[a]\nk # = 1\n", 2, "expected a key");
	assert_refuses(state, "[a]\n\"k\" = 1\n", 2, "expected a key");
}

static void a_key_before_any_section_is_refused(void **state)
{
	assert_refuses(state, "k=1\n[a]\n", 1, "before the first [section]");
}

static void a_value_over_several_lines_is_refused(void **state)
{
	assert_refuses(state, "[a]\nk=1\n  2\n", 3, "each in one line");
	assert_refuses(state, "[a]\nk=1\nl=2 3\n\t4\n\t5\n", 4, "each in one line");
}

static void a_section_has_one_name_whatever_its_blanks(void **state)
{
	assert_reads(state, "[zone  a]\n[\tzone \t a ]\nk=1\n",
		     "1 [zone a]\n2 [zone a]\n3 [zone a] k=1\n");
	assert_refuses(state, "[zone a]\nk=1\n[zone  a]\nk=2\n", 4,
		       "given twice (first in line 2)");
	assert_refuses(state, "[zone\ta]\nk=1\n[zone a]\nk=2\n", 4, "given twice");
}

static void sections_may_hold_the_same_keys(void **state)
{
	assert_reads(state, "[a]\nk=1\n[b]\nk=2\n[c]\nk=3\nl=4\n",
		     "1 [a]\n2 [a] k=1\n3 [b]\n4 [b] k=2\n5 [c]\n6 [c] k=3\n"
		     "7 [c] l=4\n");
}

static void a_broken_section_is_refused(void **state)
{
	assert_refuses(state, "[a] k=1\n", 1, "behind the ]");
	assert_refuses(state, "[a] b\n", 1, "behind the ]");
	assert_refuses(state, "[a\nk=1\n", 1, "needs a closing ]");
	assert_refuses(state, "[a]\n[\nk=1\n", 2, "needs a closing ]");
	assert_refuses(state, "[a]\n[ ]\nk=1\n", 2, "needs a name");
}

static void a_line_without_a_key_is_refused(void **state)
{
	assert_refuses(state, "[a]\n=1\n", 2, "");
	assert_refuses(state, "[a]\nk=1\n = 2\n", 3, "");
}

static void an_error_of_the_receiver_ends_it(void **state)
{
	struct seen seen = { .refuse_line = 2 };
	struct mfa_diag diag = { .text = "" };
	assert_int_equal(read_config(*state, "[a]\nk=1\nl=2\n", &seen, &diag),
			 MFA_ERR_CONFIG);
	assert_string_equal(seen.text, "1 [a]\n");
	assert_non_null(strstr(diag.text, "test.conf:2: refused"));
}

static void text_that_is_not_utf8_is_refused(void **state)
{
	assert_refuses(state, "[a]\nk = \x8f\xee\x95\xf1\n", 0,
		       "not UTF-8"); /* Shift_JIS */
	struct seen seen = { .text = "" };
	struct mfa_diag diag = { .text = "" };
	static const char text[] = "[a]\nk = 1\n\0l = 2\n";
	write_bytes(path_in(*state, "test.conf"), text, sizeof text - 1);
	assert_int_equal(
		config_file_read(path_in(*state, "test.conf"), note, &seen, &diag),
		MFA_ERR_CONFIG);
	assert_string_equal(seen.text, "");
}

static void a_file_without_its_end_is_refused(void **state)
{
	static const char words[] = "does not end with a line feed";
	assert_refuses(state, "", 0, words);
	assert_refuses(state, "[a]\nservices = log", 0, words);
	assert_refuses(state, "[a]\nk = v\n#", 0, words);
}

static void too_large_a_file_is_refused(void **state)
{
	enum {
		MOST = 256 * 1024
	};
	static const char head[] = "[a]\nk=1\n";
	struct seen seen = { .text = "" };
	struct mfa_diag diag = { .text = "" };
	char *text = malloc(MOST + 1);
	assert_non_null(text);
	memset(text, '\n', MOST + 1);
	memcpy(text, head, strlen(head));
	const char *path = path_in(*state, "test.conf");
	write_bytes(path, text, MOST);
	assert_int_equal(config_file_read(path, note, &seen, &diag), MFA_OK);
	write_bytes(path, text, MOST + 1);
	assert_int_equal(config_file_read(path, note, &seen, &diag), MFA_ERR_CONFIG);
	assert_non_null(strstr(diag.text, "larger than"));
	free(text);
}

static void a_missing_file_is_not_found(void **state)
{
	struct seen seen = { .text = "" };
	assert_int_equal(config_file_read(path_in(*state, "none"), note, &seen, NULL),
			 MFA_ERR_NOTFOUND);
}

/* Whatever is in a file: no crash, and no key that the text does not hold. */
static void random_files_are_read_or_refused(void **state)
{
	static const char letters[] = "[]=#\n\n\n\t ab\"'\\\r";
	unsigned seed = 1;
	unsigned accepted = 0;
	for (int round = 0; round < 3000; round++) {
		char text[64] = "[a]\n";
		size_t len = 4;
		for (; len < 4 + (unsigned)round % 40; len++) {
			seed = seed * 1103515245U + 12345U;
			text[len] = letters[(seed >> 16) % (sizeof letters - 1)];
		}
		text[len++] = '\n';
		text[len] = '\0';
		struct seen seen = { .text = "" };
		struct mfa_diag diag = { .text = "" };
		int err = read_config(*state, text, &seen, &diag);
		assert_true(err == MFA_OK || err == MFA_ERR_CONFIG);
		assert_true((err == MFA_OK) == (diag.text[0] == '\0'));
		accepted += err == MFA_OK;
	}
	assert_in_range(accepted, 50, 2950);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_sandbox(hands_over_sections_and_keys_in_order),
		in_sandbox(an_empty_file_holds_nothing),
		in_sandbox(an_empty_section_is_handed_over),
		in_sandbox(a_section_may_come_back),
		in_sandbox(a_value_may_be_empty),
		in_sandbox(a_value_may_hold_an_equals_sign),
		in_sandbox(utf8_comes_through),
		in_sandbox(a_comment_behind_a_value_is_no_value),
		in_sandbox(a_line_may_be_long),
		in_sandbox(a_quote_that_is_wrong_is_refused),
		in_sandbox(quotes_and_windows_line_ends_go),
		in_sandbox(a_carriage_return_stands_before_a_line_feed),
		in_sandbox(what_is_not_seen_is_refused),
		in_sandbox(a_key_given_twice_is_refused),
		in_sandbox(a_line_without_equals_is_refused),
		in_sandbox(a_key_before_any_section_is_refused),
		in_sandbox(a_value_over_several_lines_is_refused),
		in_sandbox(a_section_has_one_name_whatever_its_blanks),
		in_sandbox(sections_may_hold_the_same_keys),
		in_sandbox(a_broken_section_is_refused),
		in_sandbox(a_line_without_a_key_is_refused),
		in_sandbox(an_error_of_the_receiver_ends_it),
		in_sandbox(text_that_is_not_utf8_is_refused),
		in_sandbox(a_file_without_its_end_is_refused),
		in_sandbox(too_large_a_file_is_refused),
		in_sandbox(a_missing_file_is_not_found),
		in_sandbox(random_files_are_read_or_refused),
	};
	return group_main("config_file", tests);
}
