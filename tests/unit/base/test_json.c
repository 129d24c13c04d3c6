/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

static void assert_string_as(const char *text, const char *json_text)
{
	MFA_CLEANUP(mfa_json_done) struct mfa_json json = MFA_JSON_INIT;
	mfa_json_string(&json, text);
	assert_int_equal(json.err, MFA_OK);
	assert_string_equal(json.text, json_text);
	assert_int_equal(json.len, strlen(json_text));
}

static void puts_commas_where_they_belong(void **state MFA_UNUSED)
{
	MFA_CLEANUP(mfa_json_done) struct mfa_json json = MFA_JSON_INIT;
	mfa_json_open(&json, '[');
	mfa_json_open(&json, '{');
	mfa_json_field(&json, "a", "b");
	mfa_json_count(&json, "c", -5);
	mfa_json_key(&json, "d");
	mfa_json_open(&json, '[');
	mfa_json_number(&json, INT64_MIN);
	mfa_json_null(&json);
	mfa_json_close(&json, ']');
	mfa_json_key(&json, "e");
	mfa_json_open(&json, '{');
	mfa_json_close(&json, '}');
	mfa_json_close(&json, '}');
	mfa_json_string(&json, "f");
	mfa_json_close(&json, ']');
	assert_string_equal(json.text,
			    "[{\"a\":\"b\",\"c\":-5,\"d\":[-9223372036854775808,null],"
			    "\"e\":{}},\"f\"]");
}

static void escapes_what_json_must(void **state MFA_UNUSED)
{
	assert_string_as("plain", "\"plain\"");
	assert_string_as("", "\"\"");
	assert_string_as("\"\\/", "\"\\\"\\\\/\"");
	assert_string_as("\n\r\t\x01\x1f\x7f",
			 "\"\\u000a\\u000d\\u0009\\u0001\\u001f\\u007f\"");
	assert_string_as("太郎 😀", "\"太郎 😀\"");
	assert_string_as(NULL, "null");
}

static void a_key_is_escaped_too(void **state MFA_UNUSED)
{
	MFA_CLEANUP(mfa_json_done) struct mfa_json json = MFA_JSON_INIT;
	mfa_json_field(&json, "a\"b", "c");
	assert_string_equal(json.text, "\"a\\\"b\":\"c\"");
}

static void bytes_that_are_not_utf8_are_replaced(void **state MFA_UNUSED)
{
	assert_string_as("\xff", "\"\\ufffd\"");
	assert_string_as("a\xe3\x81", "\"a\\ufffd\\ufffd\"");
	assert_string_as("\xc0\xaf", "\"\\ufffd\\ufffd\"");
	assert_string_as("\xed\xa0\x80x", "\"\\ufffd\\ufffd\\ufffdx\"");
	assert_string_as("\xe3\"", "\"\\ufffd\\\"\"");
}

/* An administrator reads the trail on a terminal. */
static void what_a_terminal_obeys_is_escaped(void **state MFA_UNUSED)
{
	assert_string_as("\xc2\x80\xc2\x9b", "\"\\u0080\\u009b\"");
	assert_string_as("\xc2\xa0", "\"\xc2\xa0\"");
	assert_string_as("\xe2\x80\xae\xe2\x80\xa8", "\"\\u202e\\u2028\"");
	assert_string_as("\xe2\x81\xa6\xd8\x9c", "\"\\u2066\\u061c\"");
	assert_string_as("\xe2\x80\xaf\xe8\xaa\x8d", "\"\xe2\x80\xaf\xe8\xaa\x8d\"");
}

static void grows_as_needed(void **state MFA_UNUSED)
{
	MFA_CLEANUP(mfa_json_done) struct mfa_json json = MFA_JSON_INIT;
	mfa_json_open(&json, '[');
	for (int i = 0; i < 5000; i++)
		mfa_json_number(&json, i);
	mfa_json_close(&json, ']');
	assert_int_equal(json.err, MFA_OK);
	assert_int_equal(strlen(json.text), json.len);
	assert_non_null(strstr(json.text, ",4999]"));
}

static void after_an_error_nothing_is_written(void **state MFA_UNUSED)
{
	MFA_CLEANUP(mfa_json_done) struct mfa_json json = MFA_JSON_INIT;
	mfa_json_number(&json, 1);
	json.err = MFA_ERR_NOMEM;
	mfa_json_number(&json, 2);
	assert_string_equal(json.text, "1");
	assert_int_equal(json.err, MFA_ERR_NOMEM);
}

/* Every pair of bytes, read by a parser that is not ours. */
static void another_parser_reads_it(void **state)
{
	struct sandbox *box = *state;
	if (system("python3 -c 'import json' 2>/dev/null") != 0)
		return;
	MFA_CLEANUP(mfa_json_done) struct mfa_json json = MFA_JSON_INIT;
	mfa_json_open(&json, '[');
	for (int a = 1; a < 256; a++)
		for (int b = 1; b < 256; b++)
			mfa_json_string(&json, (char[]){ (char)a, (char)b, '\0' });
	mfa_json_close(&json, ']');
	write_bytes(path_in(box, "all.json"), json.text, json.len);
	char command[512];
	(void)snprintf(
		command, sizeof command,
		"python3 -c 'import json, sys\n"
		"data = json.load(open(sys.argv[1], \"rb\"))\n"
		"ok = len(data) == 255 * 255 and data[0x40 * 255 + 0x41] == \"AB\"\n"
		"sys.exit(not ok)' %s",
		path_in(box, "all.json"));
	assert_int_equal(system(command), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(puts_commas_where_they_belong),
		cmocka_unit_test(escapes_what_json_must),
		cmocka_unit_test(a_key_is_escaped_too),
		cmocka_unit_test(bytes_that_are_not_utf8_are_replaced),
		cmocka_unit_test(what_a_terminal_obeys_is_escaped),
		cmocka_unit_test(grows_as_needed),
		cmocka_unit_test(after_an_error_nothing_is_written),
		in_sandbox(another_parser_reads_it),
	};
	return group_main("json", tests);
}
