/* SPDX-License-Identifier: BSD-2-Clause */
#include "driver_fixture.h"

#include <stdlib.h>
#include <string.h>

int driver_fixture_setup(void **state)
{
	struct driver_fixture *fixture = calloc(1, sizeof *fixture);
	if (fixture == NULL)
		return -1;
	fixture->driver = open_driver();
	fixture->mock = usb_mock_new();
	*state = fixture;
	return 0;
}

int driver_fixture_teardown(void **state)
{
	struct driver_fixture *fixture = *state;
	usb_mock_free(fixture->mock);
	free(fixture);
	return 0;
}

unsigned driver_fixture_plug(struct driver_fixture *fixture, uint32_t serial,
			     struct softkey_faults faults)
{
	struct softkey_options options = soft_key(serial);
	options.faults = faults;
	return usb_mock_plug(fixture->mock, &options);
}

unsigned driver_fixture_plug_touch(struct driver_fixture *fixture,
				   struct softkey_faults faults)
{
	struct softkey_options options = soft_key(KEY_SERIAL);
	options.slot[KEY_SLOT - 1].touch = true;
	options.faults = faults;
	return usb_mock_plug(fixture->mock, &options);
}

enum mfa_yubikey_result driver_fixture_respond_with(struct driver_fixture *fixture,
						    const struct mfa_yubikey_slot *slots,
						    size_t count, int64_t timeout_ms)
{
	unsigned char challenge[MFA_YUBIKEY_CHALLENGE_LEN];
	const struct mfa_yubikey_order order = { .slots = slots,
						 .count = count,
						 .challenge = challenge,
						 .timeout_ms = timeout_ms,
						 .turn = fixture->turn.number != 0
								 ? &fixture->turn
								 : NULL,
						 .since_ms = fixture->since_ms,
						 .listener = fixture->listener };
	const struct mfa_yubikey_answer untouched = { .from = { 99, 99 } };
	mfa_yubikey_challenge(challenge);
	fixture->answer = untouched;
	fixture->diag = (struct mfa_diag){ .text = "" };
	fixture->took_ms = -stopwatch();
	enum mfa_yubikey_result result = fixture->driver->respond(
		&order, &fixture->diag, &fixture->other, &fixture->answer);
	fixture->took_ms += stopwatch();
	assert_in_range(fixture->took_ms, 0, timeout_ms + SLACK_MS + SERIAL_MS);
	if (result == MFA_YUBIKEY_DONE)
		assert_memory_equal(fixture->answer.challenge, challenge,
				    sizeof challenge);
	else
		assert_memory_equal(&fixture->answer, &untouched, sizeof untouched);
	return result;
}

enum mfa_yubikey_result driver_fixture_respond(struct driver_fixture *fixture,
					       int64_t timeout_ms)
{
	static const struct mfa_yubikey_slot wanted = { KEY_SERIAL, KEY_SLOT };
	return driver_fixture_respond_with(fixture, &wanted, 1, timeout_ms);
}

void assert_right(const struct driver_fixture *fixture)
{
	const struct mfa_yubikey key = { .serial = KEY_SERIAL,
					 .slot = KEY_SLOT,
					 .secret = key_secret };
	unsigned char response[MFA_YUBIKEY_RESPONSE_LEN];
	mfa_yubikey_expect(&key, fixture->answer.hmac, fixture->answer.challenge,
			   response);
	assert_memory_equal(fixture->answer.response, response, sizeof response);
	assert_int_equal(fixture->answer.from.serial, KEY_SERIAL);
	assert_int_equal(fixture->answer.from.slot, KEY_SLOT);
}

void assert_answers(struct driver_fixture *fixture)
{
	enum mfa_yubikey_result result = driver_fixture_respond(fixture, TIMEOUT_MS);
	if (result != MFA_YUBIKEY_DONE)
		fail_msg("result %u: %s", result, fixture->diag.text);
	assert_right(fixture);
}
