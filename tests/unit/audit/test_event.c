/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/audit.h"

#include <string.h>

#include "mfa/text.h"
#include "support.h"

static void writes_each_field_once_in_order(void **state MFA_UNUSED)
{
	const struct mfa_event event = {
		.event = "auth",
		.result = "denied",
		.reason = "code-wrong",
		.zone = "z",
		.service = "sshd",
		.user = "taro",
		.typed = "TARO",
		.token = "abcdefgh",
		.kind = "totp",
		.actor = "root",
		.rhost = "2001:db8::1",
		.tty = "/dev/pts/1",
		.caller = "1001",
		.process = "4711@120000",
		.parent = "4700@110000",
		.repeats = "12",
		.since = "2026-12-01T08:30:00Z",
		.detail = "why",
	};
	char line[512];
	mfa_event_format(&event, line, sizeof line);
	assert_string_equal(
		line,
		"event=auth result=denied reason=code-wrong zone=z caller=1001 "
		"service=sshd user=taro typed=TARO token=abcdefgh kind=totp actor=root "
		"rhost=2001:db8::1 tty=/dev/pts/1 process=4711@120000 "
		"parent=4700@110000 repeats=12 since=2026-12-01T08:30:00Z "
		"detail=why");
}

static void leaves_out_what_is_not_known(void **state MFA_UNUSED)
{
	const struct mfa_event event = { .event = "auth", .user = "", .detail = NULL };
	char line[512];
	mfa_event_format(&event, line, sizeof line);
	assert_string_equal(line, "event=auth");
}

static void format_user(const char *user, char *line, size_t size)
{
	const struct mfa_event event = { .user = user };
	mfa_event_format(&event, line, size);
}

static void a_user_name_forges_no_line_and_no_field(void **state MFA_UNUSED)
{
	static const struct {
		const char *user;
		const char *line;
	} cases[] = {
		{ "a\nevent=auth result=allowed",
		  "user=\"a\\x0aevent=auth result=allowed\"" },
		{ "a result=allowed", "user=\"a result=allowed\"" },
		{ "a\" result=allowed", "user=\"a\\\" result=allowed\"" },
		{ "a\\\" x=y", "user=\"a\\\\\\\" x=y\"" },
		{ "a=b", "user=\"a=b\"" },
		{ "a\r\t\x1b[2J\x7f", "user=\"a\\x0d\\x09\\x1b[2J\\x7f\"" },
		{ "\xff\xfe", "user=\"\\xff\\xfe\"" },
		{ "\xe3\x81", "user=\"\\xe3\\x81\"" },
		{ "太郎", "user=\"太郎\"" },
		{ " ", "user=\" \"" },
	};
	for (size_t i = 0; i < MFA_COUNT(cases); i++) {
		char line[512];
		format_user(cases[i].user, line, sizeof line);
		assert_string_equal(line, cases[i].line);
	}
}

static void what_was_typed_forges_nothing_either(void **state MFA_UNUSED)
{
	const struct mfa_event event = { .user = "taro", .typed = "TARO\nx=\x1b[2J" };
	char line[512];
	mfa_event_format(&event, line, sizeof line);
	assert_string_equal(line, "user=taro typed=\"TARO\\x0ax=\\x1b[2J\"");
}

/* C1 controls are UTF-8, yet a terminal that shows the log may obey them. */
static void a_c1_control_is_escaped(void **state MFA_UNUSED)
{
	char line[64];
	format_user("a\xc2\x9b"
		    "2J",
		    line, sizeof line);
	assert_string_equal(line, "user=\"a\\xc2\\x9b2J\"");
	format_user("a\xe2\x80\xae", line, sizeof line); /* from right to left */
	assert_string_equal(line, "user=\"a\\xe2\\x80\\xae\"");
}

static void a_short_buffer_is_filled_not_overrun(void **state MFA_UNUSED)
{
	const struct mfa_event event = {
		.event = "auth",
		.user = "a long name that needs quotes\n",
		.detail = "detail",
	};
	for (size_t size = 1; size < 80; size++) {
		char line[100];
		memset(line, 'x', sizeof line);
		mfa_event_format(&event, line, size);
		assert_non_null(memchr(line, '\0', size));
		assert_int_equal(line[size], 'x');
	}
}

enum {
	LOG_LINE_SIZE = 1536 /* as mfa-authd has it */
};

static unsigned count_quotes(const char *line)
{
	unsigned count = 0;
	for (; *line != '\0'; line++)
		count += *line == '"';
	return count;
}

/* Fields that a caller chooses, as long as they come, each byte written as four. */
static void long_values_drive_no_field_out(void **state MFA_UNUSED)
{
	char longest[256];
	char zone[64];
	char detail[512];
	char line[LOG_LINE_SIZE];
	memset(longest, 1, sizeof longest);
	memset(zone, 'z', sizeof zone);
	memset(detail, 'd', sizeof detail);
	longest[255] = zone[63] = detail[511] = '\0';
	const struct mfa_event event = {
		.event = "verify",
		.result = "unavailable",
		.reason = "code-wrong",
		.zone = zone,
		.caller = "4294967294",
		.service = longest,
		.user = longest,
		.typed = longest,
		.token = "abcdefgh",
		.kind = "yubikey-otp",
		.actor = longest,
		.rhost = longest,
		.tty = longest,
		.detail = detail,
	};
	static const char *const keys[] = { " zone=",  " caller=4294967294 service=\"",
					    " user=",  " typed=",
					    " token=", " kind=",
					    " actor=", " rhost=",
					    " tty=",   " detail=\"ddd" };
	mfa_event_format(&event, line, sizeof line);
	for (size_t i = 0; i < MFA_COUNT(keys); i++)
		if (strstr(line, keys[i]) == NULL)
			fail_msg("no%s: %s", keys[i], line);
	assert_non_null(strstr(line, "\\x01\\x01...\" user="));
	assert_string_equal(line + strlen(line) - 4, "...\"");
	assert_int_equal(count_quotes(line) % 2, 0);
}

/* Whatever room is left: no field in part, which would read as another. */
static void a_field_is_there_whole_or_not_at_all(void **state MFA_UNUSED)
{
	const struct mfa_event event = {
		.event = "auth",
		.result = "denied",
		.user = "\001\002 x",
		.rhost = "a b",
		.tty = "/dev/pts/1",
		.detail = "\001\002\003 reason=code-right",
	};
	for (size_t size = 1; size < 160; size++) {
		char line[160];
		mfa_event_format(&event, line, size);
		assert_int_equal(count_quotes(line) % 2, 0);
		const char *user = strstr(line, "user");
		const char *tty = strstr(line, "tty");
		assert_true(user == NULL ||
			    strncmp(user, "user=\"\\x01\\x02 x\"", 17) == 0);
		assert_true(tty == NULL || strncmp(tty, "tty=/dev/pts/1", 14) == 0);
		assert_true(line[0] == '\0' || line[strlen(line) - 1] != ' ');
	}
}

static void a_value_is_cut_between_characters(void **state MFA_UNUSED)
{
	char user[256] = "";
	char line[512];
	for (int i = 0; i < 48; i++)
		strcat(user, "太"); /* 144 bytes */
	format_user(user, line, sizeof line);
	assert_int_equal(strlen(line), strlen("user=\"\"") + 144);
	strcat(user, "郎郎");
	format_user(user, line, sizeof line);
	assert_int_equal(strlen(line), strlen("user=\"...\"") + 144);
	assert_true(mfa_text_is_utf8(line, strlen(line)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_each_field_once_in_order),
		cmocka_unit_test(leaves_out_what_is_not_known),
		cmocka_unit_test(a_user_name_forges_no_line_and_no_field),
		cmocka_unit_test(what_was_typed_forges_nothing_either),
		cmocka_unit_test(a_c1_control_is_escaped),
		cmocka_unit_test(long_values_drive_no_field_out),
		cmocka_unit_test(a_field_is_there_whole_or_not_at_all),
		cmocka_unit_test(a_value_is_cut_between_characters),
		cmocka_unit_test(a_short_buffer_is_filled_not_overrun),
	};
	return group_main("event", tests);
}
