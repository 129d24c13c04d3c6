/* SPDX-License-Identifier: BSD-2-Clause */
/* The plug-in's driver over the real libykpers, libusb and libudev: challenges. */
#include <string.h>

#include "desk.h"

enum {
	TRANSFERS_MAX = 100
};

static void a_key_answers_at_once(void **state)
{
	desk_plug(*state, KEY_SERIAL, (struct softkey_faults){ 0 });
	for (unsigned i = 0; i < 5; i++)
		assert_answers(*state);
}

static void both_slots_answer(void **state)
{
	struct desk *desk = *state;
	struct softkey_options options = soft_key(KEY_SERIAL);
	options.slot[0] = options.slot[1];
	options.slot[0].secret[0] ^= 1;
	softkey_bed_plug(desk->bed, &options);
	for (unsigned slot = 1; slot <= MFA_YUBIKEY_SLOTS; slot++) {
		const struct mfa_yubikey_slot wanted = { KEY_SERIAL, slot };
		const struct mfa_yubikey key = { .slot = slot,
						 .secret =
							 options.slot[slot - 1].secret };
		unsigned char response[MFA_YUBIKEY_RESPONSE_LEN];
		assert_int_equal(desk_respond_with(desk, &wanted, 1, TIMEOUT_MS),
				 MFA_YUBIKEY_DONE);
		mfa_yubikey_expect(&key, desk->answer.hmac, desk->answer.challenge,
				   response);
		assert_memory_equal(desk->answer.response, response, sizeof response);
		assert_int_equal(desk->answer.from.slot, slot);
	}
}

static void no_key_is_told_at_once(void **state)
{
	struct desk *desk = *state;
	assert_int_equal(desk_respond(desk, TIMEOUT_MS), MFA_YUBIKEY_ABSENT);
	assert_in_range(desk->took_ms, 0, SLACK_MS);
	unsigned key = desk_plug(desk, KEY_SERIAL, (struct softkey_faults){ 0 });
	assert_answers(desk);
	softkey_bed_unplug(desk->bed, key);
	assert_int_equal(desk_respond(desk, TIMEOUT_MS), MFA_YUBIKEY_ABSENT);
	softkey_bed_replug(desk->bed, key);
	assert_answers(desk);
}

static void the_wanted_key_is_found_in_any_port(void **state)
{
	struct desk *desk = *state;
	unsigned first = desk_plug(desk, 1, (struct softkey_faults){ 0 });
	unsigned second = desk_plug(desk, KEY_SERIAL, (struct softkey_faults){ 0 });
	assert_answers(desk);
	softkey_bed_unplug(desk->bed, first);
	desk_plug(desk, 2, (struct softkey_faults){ 0 });
	assert_answers(desk);
	softkey_bed_unplug(desk->bed, second);
	assert_int_equal(desk_respond(desk, TIMEOUT_MS), MFA_YUBIKEY_OTHER);
	assert_int_equal(softkey_bed_counts(desk->bed, first).challenges, 0);
}

static void any_of_the_users_keys_will_do(void **state)
{
	static const struct mfa_yubikey_slot wanted[] = { { 5, 1 },
							  { 6, 2 },
							  { KEY_SERIAL, KEY_SLOT } };
	struct desk *desk = *state;
	desk_plug(desk, KEY_SERIAL, (struct softkey_faults){ 0 });
	assert_int_equal(desk_respond_with(desk, wanted, 3, TIMEOUT_MS),
			 MFA_YUBIKEY_DONE);
	assert_right(desk);
	assert_int_equal(desk_respond_with(desk, wanted, 2, TIMEOUT_MS),
			 MFA_YUBIKEY_OTHER);
	assert_int_equal(desk_respond_with(desk, wanted, 0, TIMEOUT_MS),
			 MFA_YUBIKEY_OTHER);
}

static void an_erased_slot_is_told(void **state)
{
	static const struct mfa_yubikey_slot wanted[] = { { KEY_SERIAL, 1 },
							  { KEY_SERIAL, KEY_SLOT } };
	struct desk *desk = *state;
	desk_plug(desk, KEY_SERIAL, (struct softkey_faults){ 0 });
	assert_int_equal(desk_respond_with(desk, wanted, 1, TIMEOUT_MS),
			 MFA_YUBIKEY_EMPTY);
	assert_int_equal(desk_respond_with(desk, wanted, 2, TIMEOUT_MS),
			 MFA_YUBIKEY_DONE);
	assert_right(desk);
}

static void a_slot_that_does_something_else_is_silent(void **state)
{
	struct desk *desk = *state;
	struct softkey_options options = soft_key(KEY_SERIAL);
	options.slot[KEY_SLOT - 1].kind = SOFTKEY_OTP;
	softkey_bed_plug(desk->bed, &options);
	assert_int_equal(desk_respond(desk, SHORT_MS), MFA_YUBIKEY_SILENT);
}

static void a_touch_is_waited_for(void **state)
{
	struct desk *desk = *state;
	unsigned key = desk_plug_touch(desk, (struct softkey_faults){ 0 });
	assert_answers(desk);
	softkey_bed_set_faults(desk->bed, key,
			       &(struct softkey_faults){ .touch_after = 30 });
	assert_answers(desk);
	assert_in_range(desk->took_ms, 250, TIMEOUT_MS);
}

/* The finger came in the last moment, and the key has to think. */
static void what_comes_late_behind_a_touch_is_taken(void **state)
{
	desk_plug_touch(*state,
			(struct softkey_faults){ .touch_after = 5, .answer_after = 5 });
	assert_answers(*state);
}

static void a_touch_that_never_comes_is_told_in_time(void **state)
{
	struct desk *desk = *state;
	unsigned key = desk_plug_touch(
		desk, (struct softkey_faults){ .touch_after = SOFTKEY_NEVER });
	assert_int_equal(desk_respond(desk, SHORT_MS), MFA_YUBIKEY_UNTOUCHED);
	assert_in_range(desk->took_ms, SHORT_MS, SHORT_MS + SLACK_MS);
	assert_false(softkey_bed_counts(desk->bed, key).waiting); /* nor blinks on */
	softkey_bed_set_faults(desk->bed, key, &(struct softkey_faults){ 0 });
	assert_answers(desk);
}

static void a_key_that_gives_up_waiting_is_told(void **state)
{
	struct desk *desk = *state;
	desk_plug_touch(desk, (struct softkey_faults){ .touch_after = SOFTKEY_NEVER,
						       .touch_ms = 200 });
	assert_int_equal(desk_respond(desk, 5000), MFA_YUBIKEY_UNTOUCHED);
	assert_in_range(desk->took_ms, 200, 200 + 2 * SLACK_MS);
}

static void a_slow_key_is_waited_for(void **state)
{
	desk_plug(*state, KEY_SERIAL, (struct softkey_faults){ .answer_after = 40 });
	assert_answers(*state);
}

static void a_key_too_slow_is_silent_in_time(void **state)
{
	struct desk *desk = *state;
	desk_plug(desk, KEY_SERIAL,
		  (struct softkey_faults){ .answer_after = SOFTKEY_NEVER });
	assert_int_equal(desk_respond(desk, SHORT_MS), MFA_YUBIKEY_SILENT);
	assert_in_range(desk->took_ms, SHORT_MS, SHORT_MS + SLACK_MS);
}

/* It does not even tell its serial number. */
static void a_mute_key_is_silent(void **state)
{
	struct desk *desk = *state;
	desk_plug(desk, 1, (struct softkey_faults){ 0 });
	desk_plug(desk, KEY_SERIAL, (struct softkey_faults){ .mute = true });
	desk_plug(desk, 2, (struct softkey_faults){ 0 });
	assert_int_equal(desk_respond(desk, TIMEOUT_MS), MFA_YUBIKEY_SILENT);
}

static void a_mute_key_hides_no_other(void **state)
{
	desk_plug(*state, 1, (struct softkey_faults){ .mute = true });
	desk_plug(*state, KEY_SERIAL, (struct softkey_faults){ 0 });
	assert_answers(*state);
}

/* Four mute keys would take four times a second. */
static void many_mute_keys_do_not_stretch_the_time(void **state)
{
	struct desk *desk = *state;
	for (unsigned i = 0; i < SOFTKEY_KEYS; i++)
		desk_plug(desk, i + 1, (struct softkey_faults){ .mute = true });
	assert_int_equal(desk_respond(desk, SHORT_MS), MFA_YUBIKEY_SILENT);
	assert_in_range(desk->took_ms, SHORT_MS, SERIAL_MS + SLACK_MS);
}

static void a_damaged_answer_is_no_answer(void **state)
{
	struct desk *desk = *state;
	unsigned key =
		desk_plug(desk, KEY_SERIAL, (struct softkey_faults){ .bad_crc = true });
	assert_int_equal(desk_respond(desk, TIMEOUT_MS), MFA_YUBIKEY_CUT_OFF);
	assert_non_null(strstr(desk->diag.text, "damaged"));
	softkey_bed_set_faults(desk->bed, key, &(struct softkey_faults){ 0 });
	assert_answers(desk);
}

/* At each transfer of a whole challenge in turn. */
static void a_key_pulled_out_at_any_moment_is_told(void **state)
{
	struct desk *desk = *state;
	unsigned key = desk_plug_touch(desk, (struct softkey_faults){ 0 });
	unsigned at = 1;
	for (; at < TRANSFERS_MAX; at++) {
		softkey_bed_set_faults(desk->bed, key,
				       &(struct softkey_faults){ .unplug_after = at });
		enum mfa_yubikey_result result = desk_respond(desk, TIMEOUT_MS);
		if (result == MFA_YUBIKEY_DONE)
			assert_right(desk); /* its last words */
		else if (result != MFA_YUBIKEY_CUT_OFF)
			fail_msg("transfer %u: %u, %s", at, result, desk->diag.text);
		assert_in_range(desk->took_ms, 0, TIMEOUT_MS);
		if (softkey_bed_is_plugged(desk->bed, key))
			break;
		softkey_bed_replug(desk->bed, key);
	}
	assert_in_range(at, 15, TRANSFERS_MAX - 1);
	softkey_bed_set_faults(desk->bed, key, &(struct softkey_faults){ 0 });
	assert_answers(desk);
}

static void a_forbidden_key_is_told(void **state)
{
	struct desk *desk = *state;
	desk_plug(desk, KEY_SERIAL, (struct softkey_faults){ .denied = true });
	assert_int_equal(desk_respond(desk, TIMEOUT_MS), MFA_YUBIKEY_BROKEN);
	assert_non_null(strstr(desk->diag.text, "Access denied"));
	desk_plug(desk, KEY_SERIAL, (struct softkey_faults){ 0 });
	assert_answers(desk); /* and hides no other */
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		at_a_desk(a_key_answers_at_once),
		at_a_desk(both_slots_answer),
		at_a_desk(no_key_is_told_at_once),
		at_a_desk(the_wanted_key_is_found_in_any_port),
		at_a_desk(any_of_the_users_keys_will_do),
		at_a_desk(an_erased_slot_is_told),
		at_a_desk(a_slot_that_does_something_else_is_silent),
		at_a_desk(a_touch_is_waited_for),
		at_a_desk(what_comes_late_behind_a_touch_is_taken),
		at_a_desk(a_touch_that_never_comes_is_told_in_time),
		at_a_desk(a_key_that_gives_up_waiting_is_told),
		at_a_desk(a_slow_key_is_waited_for),
		at_a_desk(a_key_too_slow_is_silent_in_time),
		at_a_desk(a_mute_key_is_silent),
		at_a_desk(a_mute_key_hides_no_other),
		at_a_desk(many_mute_keys_do_not_stretch_the_time),
		at_a_desk(a_damaged_answer_is_no_answer),
		at_a_desk(a_key_pulled_out_at_any_moment_is_told),
		at_a_desk(a_forbidden_key_is_told),
	};
	return keys_main("driver", tests, argc, argv);
}
