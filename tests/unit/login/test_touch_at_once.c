/* SPDX-License-Identifier: BSD-2-Clause */
/* yubikey_at_once: a touch before there is a question. */
#include "mfa/auth.h"

#include <string.h>

#include "keys.h"

static const char first_prompt[] = "YubiKey: Enter, touch; or code: ";

static int setup(void **state)
{
	if (key_desk_setup(state) != 0)
		return -1;
	struct key_driver_fixture *fixture = *state;
	fixture->host.host.config->zones[0].has_yubikey_at_once = true;
	return 0;
}

#define at_once(test) cmocka_unit_test_setup_teardown(test, setup, key_desk_teardown)

static unsigned transfers(void **state)
{
	const struct key_driver_fixture *fixture = *state;
	return usb_mock_counts(fixture->mock, fixture->key).transfers;
}

static void a_touch_lets_in_without_a_question(void **state)
{
	plug_touch_key(*state, KEY_SERIAL, (struct softkey_faults){ 0 });
	struct outcome outcome = come(state, (struct attempt){ .answer = "" });
	assert_outcome(outcome, MFA_ALLOW, MFA_REASON_RIGHT);
	assert_int_equal(outcome.script.asked, 0);
	assert_int_equal(outcome.script.told, 0);
	assert_audited(state, "\"yubikey\"");
}

/* Neither what the ports hold nor who it is makes a difference that a person could see:
 * the question is the first one, and nothing is told. */
static void without_the_own_key_there_is_the_first_question(void **state)
{
	static const char *const people[] = { "taro", "hanako", "nobody-there" };
	const char *const answers[] = { "000000", NULL };
	for (unsigned is_plugged = 0; is_plugged < 2; is_plugged++) {
		if (is_plugged != 0)
			plug_touch_key(*state, 1, (struct softkey_faults){ 0 });
		for (size_t i = 0; i < MFA_COUNT(people); i++) {
			struct outcome outcome =
				come(state, (struct attempt){ .user = people[i],
							      .answers = answers });
			assert_int_equal(outcome.verdict, MFA_DENY);
			assert_int_equal(outcome.script.asked, 1);
			assert_string_equal(outcome.script.prompts[0], first_prompt);
			assert_int_equal(outcome.script.told, 0);
			assert_string_equal(outcome.diag, "");
		}
	}
	assert_true(transfers(state) > 0);
}

/* It was no answer of the person's. */
static void three_questions_are_left(void **state)
{
	const char *const answers[] = { "", "", "", NULL };
	struct outcome outcome = come(state, (struct attempt){ .answers = answers });
	assert_outcome(outcome, MFA_DENY, MFA_REASON_KEY_ABSENT);
	assert_int_equal(outcome.script.asked, 3);
}

static void a_key_that_is_not_touched_is_told_of_and_not_counted(void **state)
{
	const struct code code = code_of(&totp_spec, STEP);
	plug_touch_key(
		*state, KEY_SERIAL,
		(struct softkey_faults){ .touch_after = SOFTKEY_NEVER, .touch_ms = 300 });
	struct outcome outcome = come(state, (struct attempt){ .answer = code.text });
	assert_outcome(outcome, MFA_ALLOW, MFA_REASON_RIGHT);
	assert_int_equal(outcome.script.asked, 1);
	assert_string_equal(outcome.script.prompts[0], "Not touched. Enter or code: ");
	assert_failures(state, "taro", 0);
}

/* Codes go on where the driver is missing. */
static void a_device_that_cannot_be_used_leaves_the_question(void **state)
{
	const struct code code = code_of(&totp_spec, STEP);
	struct outcome outcome =
		come(state, (struct attempt){ .answer = code.text,
					      .plugin_folder = "/nowhere" });
	assert_outcome(outcome, MFA_ALLOW, MFA_REASON_RIGHT);
	assert_string_equal(outcome.script.prompt, first_prompt);
	assert_string_equal(outcome.diag, "");
}

static void whom_no_key_is_offered_none_is_asked_for(void **state)
{
	plug_touch_key(*state, KEY_SERIAL, (struct softkey_faults){ 0 });
	struct outcome outcome =
		come(state, (struct attempt){ .answer = "000000", .rhost = "192.0.2.1" });
	assert_outcome(outcome, MFA_DENY, MFA_REASON_WRONG);
	outcome = come(state, (struct attempt){ .answer = "", .wants_password = true });
	assert_outcome(outcome, MFA_DENY, MFA_REASON_EMPTY);
	struct key_driver_fixture *fixture = *state;
	fixture->host.host.config->zones[0].has_yubikey_at_once = false;
	outcome = come(state, (struct attempt){ .answer = "000000" });
	assert_outcome(outcome, MFA_DENY, MFA_REASON_WRONG);
	assert_int_equal(transfers(state), 0);
}

/* Short of yubikey_timeout: who wants to type waits for it. */
static void its_wait_is_short(void **state)
{
	struct key_driver_fixture *fixture = *state;
	struct mfa_zone zone = fixture->host.host.config->zones[0];
	const struct mfa_device_candidates nobody = { .count = 0 };
	const struct mfa_auth_request request = { .zone = &zone };
	struct mfa_auth_state login = { .is_at_once = true };
	zone.yubikey_timeout = 60;
	assert_int_equal(mfa_auth_device_order(&request, &login, &nobody).timeout_ms,
			 10000);
	zone.yubikey_timeout = 4;
	assert_int_equal(mfa_auth_device_order(&request, &login, &nobody).timeout_ms,
			 4000);
	login.is_at_once = false;
	zone.yubikey_timeout = 60;
	assert_int_equal(mfa_auth_device_order(&request, &login, &nobody).timeout_ms,
			 60000);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		at_once(a_touch_lets_in_without_a_question),
		at_once(without_the_own_key_there_is_the_first_question),
		at_once(three_questions_are_left),
		at_once(a_key_that_is_not_touched_is_told_of_and_not_counted),
		at_once(a_device_that_cannot_be_used_leaves_the_question),
		at_once(whom_no_key_is_offered_none_is_asked_for),
		at_once(its_wait_is_short),
	};
	return keys_main("touch_at_once", tests, argc, argv);
}
