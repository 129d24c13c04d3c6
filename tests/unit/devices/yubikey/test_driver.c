/* SPDX-License-Identifier: BSD-2-Clause */
/* The plug-in's driver over the real libykpers, libusb and libudev: challenges. */
#include <string.h>

#include "driver_fixture.h"

enum {
	TRANSFERS_MAX = 100
};

static void a_key_answers_at_once(void **state)
{
	driver_fixture_plug(*state, KEY_SERIAL, (struct softkey_faults){ 0 });
	for (unsigned i = 0; i < 5; i++)
		assert_answers(*state);
}

static void both_slots_answer(void **state)
{
	struct driver_fixture *fixture = *state;
	struct softkey_options options = soft_key(KEY_SERIAL);
	options.slot[0] = options.slot[1];
	options.slot[0].secret[0] ^= 1;
	usb_mock_plug(fixture->mock, &options);
	for (unsigned slot = 1; slot <= MFA_YUBIKEY_SLOTS; slot++) {
		const struct mfa_yubikey_slot wanted = { KEY_SERIAL, slot };
		const struct mfa_yubikey key = { .slot = slot,
						 .secret =
							 options.slot[slot - 1].secret };
		unsigned char response[MFA_YUBIKEY_RESPONSE_LEN];
		assert_int_equal(
			driver_fixture_respond_with(fixture, &wanted, 1, TIMEOUT_MS),
			MFA_YUBIKEY_DONE);
		mfa_yubikey_expect(&key, fixture->answer.hmac, fixture->answer.challenge,
				   response);
		assert_memory_equal(fixture->answer.response, response, sizeof response);
		assert_int_equal(fixture->answer.from.slot, slot);
	}
}

static void no_key_is_told_at_once(void **state)
{
	struct driver_fixture *fixture = *state;
	assert_int_equal(driver_fixture_respond(fixture, TIMEOUT_MS), MFA_YUBIKEY_ABSENT);
	assert_in_range(fixture->took_ms, 0, SLACK_MS);
	unsigned key =
		driver_fixture_plug(fixture, KEY_SERIAL, (struct softkey_faults){ 0 });
	assert_answers(fixture);
	usb_mock_unplug(fixture->mock, key);
	assert_int_equal(driver_fixture_respond(fixture, TIMEOUT_MS), MFA_YUBIKEY_ABSENT);
	usb_mock_replug(fixture->mock, key);
	assert_answers(fixture);
}

static void the_wanted_key_is_found_in_any_port(void **state)
{
	struct driver_fixture *fixture = *state;
	unsigned first = driver_fixture_plug(fixture, 1, (struct softkey_faults){ 0 });
	unsigned second =
		driver_fixture_plug(fixture, KEY_SERIAL, (struct softkey_faults){ 0 });
	assert_answers(fixture);
	usb_mock_unplug(fixture->mock, first);
	driver_fixture_plug(fixture, 2, (struct softkey_faults){ 0 });
	assert_answers(fixture);
	usb_mock_unplug(fixture->mock, second);
	assert_int_equal(driver_fixture_respond(fixture, TIMEOUT_MS), MFA_YUBIKEY_OTHER);
	assert_int_equal(usb_mock_counts(fixture->mock, first).challenges, 0);
}

static void any_of_the_users_keys_will_do(void **state)
{
	static const struct mfa_yubikey_slot wanted[] = { { 5, 1 },
							  { 6, 2 },
							  { KEY_SERIAL, KEY_SLOT } };
	struct driver_fixture *fixture = *state;
	driver_fixture_plug(fixture, KEY_SERIAL, (struct softkey_faults){ 0 });
	assert_int_equal(driver_fixture_respond_with(fixture, wanted, 3, TIMEOUT_MS),
			 MFA_YUBIKEY_DONE);
	assert_right(fixture);
	assert_int_equal(driver_fixture_respond_with(fixture, wanted, 2, TIMEOUT_MS),
			 MFA_YUBIKEY_OTHER);
	assert_int_equal(driver_fixture_respond_with(fixture, wanted, 0, TIMEOUT_MS),
			 MFA_YUBIKEY_OTHER);
}

static void an_erased_slot_is_told(void **state)
{
	static const struct mfa_yubikey_slot wanted[] = { { KEY_SERIAL, 1 },
							  { KEY_SERIAL, KEY_SLOT } };
	struct driver_fixture *fixture = *state;
	driver_fixture_plug(fixture, KEY_SERIAL, (struct softkey_faults){ 0 });
	assert_int_equal(driver_fixture_respond_with(fixture, wanted, 1, TIMEOUT_MS),
			 MFA_YUBIKEY_EMPTY);
	assert_int_equal(driver_fixture_respond_with(fixture, wanted, 2, TIMEOUT_MS),
			 MFA_YUBIKEY_DONE);
	assert_right(fixture);
}

static void a_slot_that_does_something_else_is_silent(void **state)
{
	struct driver_fixture *fixture = *state;
	struct softkey_options options = soft_key(KEY_SERIAL);
	options.slot[KEY_SLOT - 1].kind = SOFTKEY_OTP;
	usb_mock_plug(fixture->mock, &options);
	assert_int_equal(driver_fixture_respond(fixture, SHORT_MS), MFA_YUBIKEY_SILENT);
}

static void a_touch_is_waited_for(void **state)
{
	struct driver_fixture *fixture = *state;
	unsigned key = driver_fixture_plug_touch(fixture, (struct softkey_faults){ 0 });
	assert_answers(fixture);
	usb_mock_set_faults(fixture->mock, key,
			    &(struct softkey_faults){ .touch_after = 30 });
	assert_answers(fixture);
	assert_in_range(fixture->took_ms, 250, TIMEOUT_MS);
}

/* The finger came in the last moment, and the key has to think. */
static void what_comes_late_behind_a_touch_is_taken(void **state)
{
	driver_fixture_plug_touch(
		*state, (struct softkey_faults){ .touch_after = 5, .answer_after = 5 });
	assert_answers(*state);
}

static void a_touch_that_never_comes_is_told_in_time(void **state)
{
	struct driver_fixture *fixture = *state;
	unsigned key = driver_fixture_plug_touch(
		fixture, (struct softkey_faults){ .touch_after = SOFTKEY_NEVER });
	assert_int_equal(driver_fixture_respond(fixture, SHORT_MS),
			 MFA_YUBIKEY_UNTOUCHED);
	assert_in_range(fixture->took_ms, SHORT_MS, SHORT_MS + SLACK_MS);
	assert_false(usb_mock_counts(fixture->mock, key).waiting); /* nor blinks on */
	usb_mock_set_faults(fixture->mock, key, &(struct softkey_faults){ 0 });
	assert_answers(fixture);
}

static void a_key_that_gives_up_waiting_is_told(void **state)
{
	struct driver_fixture *fixture = *state;
	driver_fixture_plug_touch(
		fixture,
		(struct softkey_faults){ .touch_after = SOFTKEY_NEVER, .touch_ms = 200 });
	assert_int_equal(driver_fixture_respond(fixture, 5000), MFA_YUBIKEY_UNTOUCHED);
	assert_in_range(fixture->took_ms, 200, 200 + 2 * SLACK_MS);
}

static void a_slow_key_is_waited_for(void **state)
{
	driver_fixture_plug(*state, KEY_SERIAL,
			    (struct softkey_faults){ .answer_after = 40 });
	assert_answers(*state);
}

static void a_key_too_slow_is_silent_in_time(void **state)
{
	struct driver_fixture *fixture = *state;
	driver_fixture_plug(fixture, KEY_SERIAL,
			    (struct softkey_faults){ .answer_after = SOFTKEY_NEVER });
	assert_int_equal(driver_fixture_respond(fixture, SHORT_MS), MFA_YUBIKEY_SILENT);
	assert_in_range(fixture->took_ms, SHORT_MS, SHORT_MS + SLACK_MS);
}

static void a_mute_key_tells_no_serial_number(void **state)
{
	struct driver_fixture *fixture = *state;
	driver_fixture_plug(fixture, 1, (struct softkey_faults){ 0 });
	driver_fixture_plug(fixture, KEY_SERIAL, (struct softkey_faults){ .mute = true });
	driver_fixture_plug(fixture, 2, (struct softkey_faults){ 0 });
	assert_int_equal(driver_fixture_respond(fixture, TIMEOUT_MS), MFA_YUBIKEY_HIDDEN);
}

static void a_mute_key_hides_no_other(void **state)
{
	driver_fixture_plug(*state, 1, (struct softkey_faults){ .mute = true });
	driver_fixture_plug(*state, KEY_SERIAL, (struct softkey_faults){ 0 });
	assert_answers(*state);
}

/* Four mute keys would take four times a second. */
static void many_mute_keys_do_not_stretch_the_time(void **state)
{
	struct driver_fixture *fixture = *state;
	for (unsigned i = 0; i < 4; i++)
		driver_fixture_plug(fixture, i + 1,
				    (struct softkey_faults){ .mute = true });
	assert_int_equal(driver_fixture_respond(fixture, SHORT_MS), MFA_YUBIKEY_HIDDEN);
	assert_in_range(fixture->took_ms, SHORT_MS, SERIAL_MS + SLACK_MS);
}

static void a_damaged_answer_is_no_answer(void **state)
{
	struct driver_fixture *fixture = *state;
	unsigned key = driver_fixture_plug(fixture, KEY_SERIAL,
					   (struct softkey_faults){ .bad_crc = true });
	assert_int_equal(driver_fixture_respond(fixture, TIMEOUT_MS),
			 MFA_YUBIKEY_DAMAGED);
	assert_non_null(strstr(fixture->diag.text, "damaged"));
	usb_mock_set_faults(fixture->mock, key, &(struct softkey_faults){ 0 });
	assert_answers(fixture);
}

/* At each transfer of a whole challenge in turn. */
static void a_key_pulled_out_at_any_moment_is_told(void **state)
{
	struct driver_fixture *fixture = *state;
	unsigned key = driver_fixture_plug_touch(fixture, (struct softkey_faults){ 0 });
	unsigned at = 1;
	for (; at < TRANSFERS_MAX; at++) {
		usb_mock_set_faults(fixture->mock, key,
				    &(struct softkey_faults){ .unplug_after = at });
		enum mfa_yubikey_result result =
			driver_fixture_respond(fixture, TIMEOUT_MS);
		if (result == MFA_YUBIKEY_DONE)
			assert_right(fixture); /* its last words */
		else if (result != MFA_YUBIKEY_CUT_OFF)
			fail_msg("transfer %u: %u, %s", at, result, fixture->diag.text);
		assert_in_range(fixture->took_ms, 0, TIMEOUT_MS);
		if (usb_mock_is_plugged(fixture->mock, key))
			break;
		usb_mock_replug(fixture->mock, key);
	}
	assert_in_range(at, 15, TRANSFERS_MAX - 1);
	usb_mock_set_faults(fixture->mock, key, &(struct softkey_faults){ 0 });
	assert_answers(fixture);
}

static void a_forbidden_key_is_told(void **state)
{
	struct driver_fixture *fixture = *state;
	driver_fixture_plug(fixture, KEY_SERIAL,
			    (struct softkey_faults){ .denied = true });
	assert_int_equal(driver_fixture_respond(fixture, TIMEOUT_MS), MFA_YUBIKEY_BROKEN);
	assert_non_null(strstr(fixture->diag.text, "Access denied"));
	driver_fixture_plug(fixture, KEY_SERIAL, (struct softkey_faults){ 0 });
	assert_answers(fixture); /* and hides no other */
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		with_driver_fixture(a_key_answers_at_once),
		with_driver_fixture(both_slots_answer),
		with_driver_fixture(no_key_is_told_at_once),
		with_driver_fixture(the_wanted_key_is_found_in_any_port),
		with_driver_fixture(any_of_the_users_keys_will_do),
		with_driver_fixture(an_erased_slot_is_told),
		with_driver_fixture(a_slot_that_does_something_else_is_silent),
		with_driver_fixture(a_touch_is_waited_for),
		with_driver_fixture(what_comes_late_behind_a_touch_is_taken),
		with_driver_fixture(a_touch_that_never_comes_is_told_in_time),
		with_driver_fixture(a_key_that_gives_up_waiting_is_told),
		with_driver_fixture(a_slow_key_is_waited_for),
		with_driver_fixture(a_key_too_slow_is_silent_in_time),
		with_driver_fixture(a_mute_key_tells_no_serial_number),
		with_driver_fixture(a_mute_key_hides_no_other),
		with_driver_fixture(many_mute_keys_do_not_stretch_the_time),
		with_driver_fixture(a_damaged_answer_is_no_answer),
		with_driver_fixture(a_key_pulled_out_at_any_moment_is_told),
		with_driver_fixture(a_forbidden_key_is_told),
	};
	return keys_main("driver", tests, argc, argv);
}
