/* SPDX-License-Identifier: BSD-2-Clause */
/* forward_pass with YubiKeys in the ports: one line has the password, and a code behind
 * it or none. */
#include "mfa/auth.h"

#include <stdio.h>
#include <string.h>

#include "keys.h"

static void an_empty_line_asks_no_key(void **state)
{
	plug_touch_key(*state, KEY_SERIAL, (struct softkey_faults){ 0 });
	struct outcome outcome =
		come(state, (struct attempt){ .answer = "", .wants_password = true });
	assert_outcome(outcome, MFA_DENY, MFA_REASON_EMPTY);
	assert_int_equal(outcome.script.asked, 1);
}

/* As i3lock has it: one line, and no question behind it. */
static struct outcome come_with_line(void **state, const char *user, const char *line)
{
	struct outcome outcome = come(
		state,
		(struct attempt){ .user = user, .answer = line, .wants_password = true });
	assert_int_equal(outcome.script.asked, 1);
	return outcome;
}

static void the_password_alone_in_the_line_is_a_touch(void **state)
{
	static const char *const passwords[] = { "pw", "tanuki-2026", "パスワード" };
	for (size_t i = 0; i < MFA_COUNT(passwords); i++) {
		struct outcome outcome = come_with_line(state, "taro", passwords[i]);
		assert_outcome(outcome, MFA_DENY, MFA_REASON_KEY_ABSENT);
		assert_string_equal(outcome.script.prompt, "Password (and code): ");
		assert_string_equal(outcome.script.line,
				    "No YubiKey found. See that it is plugged in.");
	}
	assert_failures(state, "taro", 0);
	plug_touch_key(*state, KEY_SERIAL, (struct softkey_faults){ 0 });
	for (size_t i = 0; i < MFA_COUNT(passwords); i++)
		assert_outcome(come_with_line(state, "taro", passwords[i]), MFA_ALLOW,
			       MFA_REASON_RIGHT);
	assert_failures(state, "taro", 0);
}

static void a_code_in_the_line_asks_no_key(void **state)
{
	char line[32];
	struct key_driver_fixture *fixture = *state;
	plug_touch_key(fixture, KEY_SERIAL, (struct softkey_faults){ 0 });
	(void)snprintf(line, sizeof line, "pw%s", code_of(&totp_spec, STEP).text);
	struct outcome outcome = come_with_line(state, "taro", line);
	assert_outcome(outcome, MFA_ALLOW, MFA_REASON_RIGHT);
	assert_string_equal(outcome.password, "pw");
	assert_int_equal(usb_mock_counts(fixture->mock, fixture->key).transfers, 0);
}

/* A guess is counted, whatever comes of the key; a password that ends in digits is one
 * only until the key has answered. */
static void what_could_be_a_code_is_counted_and_the_key_is_asked(void **state)
{
	char line[32];
	(void)snprintf(line, sizeof line, "pw%s", wrong_code(&totp_spec, STEP).text);
	struct outcome outcome = come_with_line(state, "taro", line);
	assert_outcome(outcome, MFA_DENY, MFA_REASON_WRONG);
	assert_audited(state, "\"reason\":\"code-wrong\"");
	assert_int_equal(count_audited(state, "\"event\":\"auth\""), 1);
	assert_int_equal(outcome.script.told, 0);
	assert_failures(state, "taro", 1);
	assert_outcome(come_with_line(state, "taro", line), MFA_DENY, MFA_REASON_WRONG);
	assert_failures(state, "taro", 2);
	plug_touch_key(*state, KEY_SERIAL, (struct softkey_faults){ 0 });
	outcome = come_with_line(state, "taro", line);
	assert_outcome(outcome, MFA_ALLOW, MFA_REASON_RIGHT);
	assert_string_equal(outcome.password, "");
	assert_failures(state, "taro", 0);
}

/* A lock on codes does not stop a touch. */
static void guesses_in_the_line_lock_codes_and_no_key(void **state)
{
	char line[32];
	(void)snprintf(line, sizeof line, "pw%s", wrong_code(&totp_spec, STEP).text);
	for (int i = 0; i < 5; i++)
		assert_outcome(come_with_line(state, "taro", line), MFA_DENY,
			       MFA_REASON_WRONG);
	(void)snprintf(line, sizeof line, "pw%s", code_of(&totp_spec, STEP).text);
	assert_outcome(come_with_line(state, "taro", line), MFA_DENY, MFA_REASON_LOCKED);
	plug_touch_key(*state, KEY_SERIAL, (struct softkey_faults){ 0 });
	assert_outcome(come_with_line(state, "taro", line), MFA_ALLOW, MFA_REASON_RIGHT);
}

/* Who is watched types a line: nothing tells whether there is a token behind it. */
static void a_line_does_not_tell_who_is_enrolled(void **state)
{
	static const char *const lines[] = { "pw", "pw123456" };
	static const char *const people[] = { "hanako", "nobody-there" };
	plug_touch_key(*state, KEY_SERIAL, (struct softkey_faults){ 0 });
	for (size_t i = 0; i < MFA_COUNT(lines); i++)
		for (size_t k = 0; k < MFA_COUNT(people); k++) {
			struct key_driver_fixture *fixture = *state;
			unsigned before =
				usb_mock_counts(fixture->mock, fixture->key).transfers;
			struct outcome outcome =
				come_with_line(state, people[k], lines[i]);
			assert_int_equal(outcome.verdict, MFA_DENY);
			assert_string_equal(
				outcome.script.line,
				i == 0 ? "This YubiKey is not registered for you." : "");
			assert_true(
				usb_mock_counts(fixture->mock, fixture->key).transfers >
				before);
		}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		with_key_driver_fixture(an_empty_line_asks_no_key),
		with_key_driver_fixture(the_password_alone_in_the_line_is_a_touch),
		with_key_driver_fixture(a_code_in_the_line_asks_no_key),
		with_key_driver_fixture(
			what_could_be_a_code_is_counted_and_the_key_is_asked),
		with_key_driver_fixture(guesses_in_the_line_lock_codes_and_no_key),
		with_key_driver_fixture(a_line_does_not_tell_who_is_enrolled),
	};
	return keys_main("touch_line", tests, argc, argv);
}
