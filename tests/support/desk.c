/* SPDX-License-Identifier: BSD-2-Clause */
#include "desk.h"

#include <stdlib.h>
#include <string.h>

int desk_setup(void **state)
{
	struct desk *desk = calloc(1, sizeof *desk);
	if (desk == NULL)
		return -1;
	desk->driver = open_driver();
	desk->bed = softkey_bed_new();
	*state = desk;
	return 0;
}

int desk_teardown(void **state)
{
	struct desk *desk = *state;
	softkey_bed_free(desk->bed);
	free(desk);
	return 0;
}

unsigned desk_plug(struct desk *desk, uint32_t serial, struct softkey_faults faults)
{
	struct softkey_options options = soft_key(serial);
	options.faults = faults;
	return softkey_bed_plug(desk->bed, &options);
}

unsigned desk_plug_touch(struct desk *desk, struct softkey_faults faults)
{
	struct softkey_options options = soft_key(KEY_SERIAL);
	options.slot[KEY_SLOT - 1].touch = true;
	options.faults = faults;
	return softkey_bed_plug(desk->bed, &options);
}

enum mfa_yubikey_result desk_respond_with(struct desk *desk,
					  const struct mfa_yubikey_slot *slots,
					  size_t count, int64_t timeout_ms)
{
	unsigned char challenge[MFA_YUBIKEY_CHALLENGE_LEN];
	const struct mfa_yubikey_order order = { .slots = slots,
						 .count = count,
						 .challenge = challenge,
						 .timeout_ms = timeout_ms,
						 .turn = desk->turn.number != 0
								 ? &desk->turn
								 : NULL,
						 .since_ms = desk->since_ms,
						 .listener = desk->listener };
	const struct mfa_yubikey_answer untouched = { .from = { 99, 99 } };
	mfa_yubikey_challenge(challenge);
	desk->answer = untouched;
	desk->diag = (struct mfa_diag){ .text = "" };
	desk->took_ms = -stopwatch();
	enum mfa_yubikey_result result =
		desk->driver->respond(&order, &desk->diag, &desk->other, &desk->answer);
	desk->took_ms += stopwatch();
	assert_in_range(desk->took_ms, 0, timeout_ms + SLACK_MS + SERIAL_MS);
	if (result == MFA_YUBIKEY_DONE)
		assert_memory_equal(desk->answer.challenge, challenge, sizeof challenge);
	else
		assert_memory_equal(&desk->answer, &untouched, sizeof untouched);
	return result;
}

enum mfa_yubikey_result desk_respond(struct desk *desk, int64_t timeout_ms)
{
	static const struct mfa_yubikey_slot wanted = { KEY_SERIAL, KEY_SLOT };
	return desk_respond_with(desk, &wanted, 1, timeout_ms);
}

void assert_right(const struct desk *desk)
{
	const struct mfa_yubikey key = { .serial = KEY_SERIAL,
					 .slot = KEY_SLOT,
					 .secret = key_secret };
	unsigned char response[MFA_YUBIKEY_RESPONSE_LEN];
	mfa_yubikey_expect(&key, desk->answer.hmac, desk->answer.challenge, response);
	assert_memory_equal(desk->answer.response, response, sizeof response);
	assert_int_equal(desk->answer.from.serial, KEY_SERIAL);
	assert_int_equal(desk->answer.from.slot, KEY_SLOT);
}

void assert_answers(struct desk *desk)
{
	enum mfa_yubikey_result result = desk_respond(desk, TIMEOUT_MS);
	if (result != MFA_YUBIKEY_DONE)
		fail_msg("result %u: %s", result, desk->diag.text);
	assert_right(desk);
}
