/* SPDX-License-Identifier: BSD-2-Clause */
/* The plug-in's driver and what hardware, other programs and policy do to keys: what
 * passes is waited for, what does not is told apart. */
#include <errno.h>
#include <string.h>

#include "driver_fixture.h"

enum {
	TRANSFERS_MAX = 60,
	RECLAIM_MS = 3000,
};

static unsigned plug(struct driver_fixture *fixture, struct softkey_faults faults)
{
	return driver_fixture_plug(fixture, KEY_SERIAL, faults);
}

static void assert_result(struct driver_fixture *fixture, enum mfa_yubikey_result result,
			  const char *words)
{
	assert_int_equal(driver_fixture_respond(fixture, TIMEOUT_MS), result);
	if (strstr(fixture->diag.text, words) == NULL)
		fail_msg("%s does not tell %s", fixture->diag.text, words);
}

/* pcscd opens the card of a key when it is plugged in. */
static void a_key_whose_card_was_in_use_is_waited_for(void **state)
{
	struct driver_fixture *fixture = *state;
	plug(fixture, (struct softkey_faults){ .reclaim_ms = RECLAIM_MS });
	assert_answers(fixture);
	assert_string_equal(fixture->diag.text, "");
	assert_in_range(fixture->took_ms, RECLAIM_MS, TIMEOUT_MS);
}

static void a_key_in_such_a_state_holds_up_no_other(void **state)
{
	struct driver_fixture *fixture = *state;
	plug(fixture, (struct softkey_faults){ 0 });
	driver_fixture_plug(fixture, 1,
			    (struct softkey_faults){ .reclaim_ms = RECLAIM_MS });
	assert_answers(fixture);
	assert_in_range(fixture->took_ms, 0, RECLAIM_MS);
}

static void another_programs_claim_is_waited_for(void **state)
{
	struct driver_fixture *fixture = *state;
	unsigned key = plug(fixture, (struct softkey_faults){ .claims = 3 });
	assert_answers(fixture);
	assert_string_equal(fixture->diag.text, "");
	usb_mock_set_faults(fixture->mock, key,
			    &(struct softkey_faults){ .claims = SOFTKEY_NEVER });
	assert_result(fixture, MFA_YUBIKEY_CLAIMED, "another program has claimed it");
	assert_in_range(fixture->took_ms, 900, TIMEOUT_MS);
	usb_mock_set_faults(fixture->mock, key, &(struct softkey_faults){ 0 });
	assert_answers(fixture);
}

static void a_key_that_policy_blocks_is_told(void **state)
{
	struct driver_fixture *fixture = *state;
	plug(fixture, (struct softkey_faults){ .unauthorised = true });
	assert_result(fixture, MFA_YUBIKEY_BLOCKED, "usbguard");
	driver_fixture_plug(fixture, KEY_SERIAL, (struct softkey_faults){ 0 });
	assert_answers(fixture); /* and hides no other */
}

/* Each transfer of a challenge in turn, where no person has to touch again. */
static void a_transfer_that_fails_once_is_made_again(void **state)
{
	static const unsigned errors[] = { EPROTO, EPIPE };
	struct driver_fixture *fixture = *state;
	unsigned key = plug(fixture, (struct softkey_faults){ 0 });
	assert_answers(fixture);
	unsigned all = usb_mock_counts(fixture->mock, key).transfers;
	assert_in_range(all, 15, TRANSFERS_MAX);
	for (unsigned n = 1; n <= all; n++) {
		const struct softkey_faults faults = { .error_after = n,
						       .error = errors[n % 2] };
		usb_mock_set_faults(fixture->mock, key, &faults);
		enum mfa_yubikey_result result =
			driver_fixture_respond(fixture, TIMEOUT_MS);
		if (result != MFA_YUBIKEY_DONE)
			fail_msg("transfer %u: %u, %s", n, result, fixture->diag.text);
		assert_right(fixture);
		assert_string_equal(fixture->diag.text, "");
		assert_false(usb_mock_counts(fixture->mock, key).detached);
	}
}

static void a_damaged_status_and_serial_are_read_again(void **state)
{
	struct driver_fixture *fixture = *state;
	plug(fixture,
	     (struct softkey_faults){ .damaged_status = 3, .damaged_serial = 2 });
	assert_answers(fixture);
	assert_string_equal(fixture->diag.text, "");
}

/* The person has touched it, and has to learn that it was in vain. */
static void damage_after_a_touch_is_told(void **state)
{
	struct driver_fixture *fixture = *state;
	unsigned key = driver_fixture_plug_touch(
		fixture, (struct softkey_faults){ .bad_crc = true });
	assert_result(fixture, MFA_YUBIKEY_DAMAGED, "damaged");
	assert_int_equal(usb_mock_counts(fixture->mock, key).challenges, 1);
}

static void lying_bits_for_slots_keep_no_key_from_answering(void **state)
{
	static const unsigned lies[] = {
		SOFTKEY_LIE_VALID_2,
		SOFTKEY_LIE_VALID_1 | SOFTKEY_LIE_VALID_2,
		SOFTKEY_LIE_VALID_1 | SOFTKEY_LIE_TOUCH_1 | SOFTKEY_LIE_TOUCH_2,
	};
	struct driver_fixture *fixture = *state;
	unsigned key = plug(fixture, (struct softkey_faults){ 0 });
	for (size_t i = 0; i < MFA_COUNT(lies); i++) {
		usb_mock_set_faults(fixture->mock, key,
				    &(struct softkey_faults){ .lies = lies[i] });
		assert_answers(fixture);
	}
}

static void a_slot_that_is_silent_hides_not_the_other(void **state)
{
	static const struct mfa_yubikey_slot both[] = { { KEY_SERIAL, 1 },
							{ KEY_SERIAL, KEY_SLOT } };
	struct driver_fixture *fixture = *state;
	struct softkey_options options = soft_key(KEY_SERIAL);
	options.slot[0].kind = SOFTKEY_OTP; /* programmed anew by somebody */
	usb_mock_plug(fixture->mock, &options);
	assert_int_equal(driver_fixture_respond_with(fixture, both, 2, TIMEOUT_MS),
			 MFA_YUBIKEY_DONE);
	assert_right(fixture);
}

static void a_hidden_serial_number_is_told(void **state)
{
	struct driver_fixture *fixture = *state;
	struct softkey_options options = soft_key(KEY_SERIAL);
	options.serial_hidden = true;
	usb_mock_plug(fixture->mock, &options);
	assert_result(fixture, MFA_YUBIKEY_HIDDEN, "does not tell its serial number");
	plug(fixture, (struct softkey_faults){ 0 });
	assert_answers(fixture); /* and hides no other */
	assert_string_equal(fixture->diag.text, "");
	assert_in_range(fixture->took_ms, 0, RECLAIM_MS);
}

static void old_firmware_is_told(void **state)
{
	static const struct softkey_firmware old[] = { { 1, 3, 0 }, { 2, 1, 2 } };
	struct driver_fixture *fixture = *state;
	for (size_t i = 0; i < MFA_COUNT(old); i++) {
		struct softkey_options options = soft_key(KEY_SERIAL);
		options.firmware = old[i];
		unsigned key = usb_mock_plug(fixture->mock, &options);
		assert_result(fixture, MFA_YUBIKEY_TOO_OLD, "2.2");
		assert_in_range(fixture->took_ms, 0, RECLAIM_MS);
		usb_mock_unplug(fixture->mock, key);
	}
	struct softkey_options options = soft_key(KEY_SERIAL);
	options.firmware = old[0];
	usb_mock_plug(fixture->mock, &options);
	unsigned other = driver_fixture_plug(fixture, 1, (struct softkey_faults){ 0 });
	assert_result(fixture, MFA_YUBIKEY_OTHER, "");
	usb_mock_unplug(fixture->mock, other);
}

static void a_key_without_the_otp_application_is_told(void **state)
{
	static const uint16_t products[] = { 0x0113, 0x0120, 0x0402, 0x0404, 0x0406 };
	struct driver_fixture *fixture = *state;
	for (size_t i = 0; i < MFA_COUNT(products); i++) {
		struct softkey_options options = soft_key(KEY_SERIAL);
		options.product = products[i];
		unsigned key = usb_mock_plug(fixture->mock, &options);
		assert_result(fixture, MFA_YUBIKEY_NO_OTP, "no OTP application");
		assert_int_equal(usb_mock_counts(fixture->mock, key).transfers, 0);
		if (i == 0) {
			unsigned sound = plug(fixture, (struct softkey_faults){ 0 });
			assert_answers(fixture);
			usb_mock_unplug(fixture->mock, sound);
		}
		usb_mock_unplug(fixture->mock, key);
	}
	assert_result(fixture, MFA_YUBIKEY_ABSENT, "");
}

/* A list of so many stops before it. */
static void the_seventeenth_key_is_asked(void **state)
{
	struct driver_fixture *fixture = *state;
	const struct mfa_yubikey_listener nobody = { .tell = NULL };
	plug(fixture, (struct softkey_faults){ 0 }); /* libusb lists the newest first */
	for (uint32_t serial = 1; serial <= MFA_YUBIKEYS_MAX; serial++)
		driver_fixture_plug(fixture, serial, (struct softkey_faults){ 0 });
	assert_answers(fixture);
	assert_int_equal(fixture->driver->list(TIMEOUT_MS, &nobody, &fixture->diag,
					       fixture->ports, &fixture->count),
			 MFA_YUBIKEY_DONE);
	assert_int_equal(fixture->count, MFA_YUBIKEYS_MAX);
}

/* A key waits as long as it was configured to: 1 to 255 seconds. */
static void a_key_that_waits_for_long_is_stopped_in_time(void **state)
{
	struct driver_fixture *fixture = *state;
	unsigned key = driver_fixture_plug_touch(
		fixture, (struct softkey_faults){ .touch_after = SOFTKEY_NEVER,
						  .touch_ms = 255000 });
	assert_int_equal(driver_fixture_respond(fixture, SHORT_MS),
			 MFA_YUBIKEY_UNTOUCHED);
	assert_in_range(fixture->took_ms, SHORT_MS, SHORT_MS + SLACK_MS);
	assert_false(usb_mock_counts(fixture->mock, key).waiting);
}

static void a_list_waits_for_what_passes(void **state)
{
	struct driver_fixture *fixture = *state;
	const struct mfa_yubikey_listener nobody = { .tell = NULL };
	plug(fixture, (struct softkey_faults){
			      .reclaim_ms = 1000, .claims = 2, .damaged_status = 2 });
	assert_int_equal(fixture->driver->list(TIMEOUT_MS, &nobody, &fixture->diag,
					       fixture->ports, &fixture->count),
			 MFA_YUBIKEY_DONE);
	assert_int_equal(fixture->count, 1);
	assert_int_equal(fixture->ports[0].serial, KEY_SERIAL);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		with_driver_fixture(a_key_whose_card_was_in_use_is_waited_for),
		with_driver_fixture(a_key_in_such_a_state_holds_up_no_other),
		with_driver_fixture(another_programs_claim_is_waited_for),
		with_driver_fixture(a_key_that_policy_blocks_is_told),
		with_driver_fixture(a_transfer_that_fails_once_is_made_again),
		with_driver_fixture(a_damaged_status_and_serial_are_read_again),
		with_driver_fixture(damage_after_a_touch_is_told),
		with_driver_fixture(lying_bits_for_slots_keep_no_key_from_answering),
		with_driver_fixture(a_slot_that_is_silent_hides_not_the_other),
		with_driver_fixture(a_hidden_serial_number_is_told),
		with_driver_fixture(old_firmware_is_told),
		with_driver_fixture(a_key_without_the_otp_application_is_told),
		with_driver_fixture(the_seventeenth_key_is_asked),
		with_driver_fixture(a_key_that_waits_for_long_is_stopped_in_time),
		with_driver_fixture(a_list_waits_for_what_passes),
	};
	return keys_main("driver_manners", tests, argc, argv);
}
