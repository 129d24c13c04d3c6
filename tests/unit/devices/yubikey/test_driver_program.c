/* SPDX-License-Identifier: BSD-2-Clause */
/* The plug-in's driver over the real libykpers, libusb and libudev: lists and
 * programming. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ykcore.h>
#include <ykdef.h>

#include "desk.h"
#include "mfa/factor.h"
#include "mfa/yubikey_otp.h"

enum {
	TRANSFERS_MAX = 100,
};

static enum mfa_yubikey_result list(struct desk *desk)
{
	desk->diag.text[0] = '\0';
	return desk->driver->list(TIMEOUT_MS, &desk->listener, &desk->diag, desk->ports,
				  &desk->count);
}

static unsigned plug_empty(struct desk *desk, struct softkey_faults faults)
{
	const struct softkey_options options = { .serial = KEY_SERIAL, .faults = faults };
	return softkey_bed_plug(desk->bed, &options);
}

static void no_key_is_an_empty_list(void **state)
{
	struct desk *desk = *state;
	desk->count = 99;
	assert_int_equal(list(desk), MFA_YUBIKEY_ABSENT);
	assert_int_equal(desk->count, 0);
}

static void assert_told(const struct mfa_yubikey_port *port)
{
	static const struct mfa_yubikey_port wanted[] = {
		{ .version = { 2, 1, 9 } },
		{ .version = { 3, 4, 0 },
		  .is_programmed = { true, false },
		  .wants_touch = { true, false } },
		{ .version = { 5, 4, 3 },
		  .serial = 4294967295U,
		  .is_programmed = { false, true },
		  .wants_touch = { false, true } },
	};
	const struct mfa_yubikey_port *other = wanted;
	while (other->version[0] != port->version[0])
		assert_true(++other < wanted + MFA_COUNT(wanted));
	assert_int_equal(port->serial, other->serial);
	assert_memory_equal(port->version, other->version, sizeof port->version);
	for (unsigned i = 0; i < MFA_YUBIKEY_SLOTS; i++) {
		assert_int_equal(port->is_programmed[i], other->is_programmed[i]);
		assert_int_equal(port->wants_touch[i], other->wants_touch[i]);
	}
}

static void all_keys_are_listed_with_what_they_tell(void **state)
{
	struct desk *desk = *state;
	struct softkey_options old = { .serial = 1, .firmware = { 2, 1, 9 } };
	struct softkey_options hidden = { .serial = 3,
					  .firmware = { 3, 4, 0 },
					  .serial_hidden = true,
					  .slot[0] = { .kind = SOFTKEY_OTP } };
	struct softkey_options touch = soft_key(4294967295U);
	touch.slot[1].touch = true;
	softkey_bed_plug(desk->bed, &old);
	softkey_bed_plug(desk->bed, &hidden);
	softkey_bed_plug(desk->bed, &touch);
	assert_int_equal(list(desk), MFA_YUBIKEY_DONE);
	assert_int_equal(desk->count, 3);
	for (size_t i = 0; i < desk->count; i++)
		assert_told(&desk->ports[i]);
	assert_int_not_equal(desk->ports[0].version[0], desk->ports[1].version[0]);
	assert_int_not_equal(desk->ports[0].version[0], desk->ports[2].version[0]);
	assert_int_not_equal(desk->ports[1].version[0], desk->ports[2].version[0]);
}

/* As from a program that was killed between two reports. */
static void leave_an_answer_unread(void)
{
	static const unsigned char challenge[] = "of somebody else";
	assert_true(yk_init());
	YK_KEY *key = yk_open_key(0);
	assert_non_null(key);
	assert_true(yk_write_to_key(key, SLOT_CHAL_HMAC2, challenge, sizeof challenge));
	assert_true(
		yk_wait_for_key_status(key, 0, 0, 1000, true, RESP_PENDING_FLAG, NULL));
	assert_true(yk_close_key(key));
	assert_true(yk_release());
}

static void an_answer_left_unread_is_not_taken_for_the_status(void **state)
{
	struct desk *desk = *state;
	struct softkey_options options = soft_key(KEY_SERIAL);
	softkey_bed_plug(desk->bed, &options);
	leave_an_answer_unread();
	assert_int_equal(list(desk), MFA_YUBIKEY_DONE);
	assert_int_equal(desk->ports[0].version[0], 5);
	assert_int_equal(desk->ports[0].serial, KEY_SERIAL);
	assert_true(desk->ports[0].is_programmed[1]);
}

static void a_forbidden_key_is_not_listed_as_none(void **state)
{
	struct desk *desk = *state;
	plug_empty(desk, (struct softkey_faults){ .denied = true });
	assert_int_equal(list(desk), MFA_YUBIKEY_BROKEN);
	assert_non_null(strstr(desk->diag.text, "Access denied"));
}

static struct mfa_yubikey_program challenge_program(unsigned slot)
{
	return (struct mfa_yubikey_program){
		.at = { KEY_SERIAL, slot },
		.secret = key_secret,
		.timeout_ms = TIMEOUT_MS,
	};
}

static enum mfa_yubikey_result program(struct desk *desk,
				       const struct mfa_yubikey_program *what)
{
	desk->diag.text[0] = '\0';
	return desk->driver->program(what, &desk->diag);
}

static enum mfa_yubikey_result ask(struct desk *desk, unsigned slot)
{
	unsigned char challenge[MFA_YUBIKEY_CHALLENGE_LEN];
	const struct mfa_yubikey_slot wanted = { KEY_SERIAL, slot };
	const struct mfa_yubikey_order order = { .slots = &wanted,
						 .count = 1,
						 .challenge = challenge,
						 .timeout_ms = TIMEOUT_MS };
	const struct mfa_yubikey key = { .secret = key_secret };
	struct mfa_yubikey_answer answer;
	mfa_yubikey_challenge(challenge);
	enum mfa_yubikey_result result =
		desk->driver->respond(&order, &desk->diag, &desk->other, &answer);
	if (result == MFA_YUBIKEY_DONE) {
		unsigned char response[MFA_YUBIKEY_RESPONSE_LEN];
		mfa_yubikey_expect(&key, answer.hmac, challenge, response);
		assert_memory_equal(answer.response, response, sizeof response);
	}
	return result;
}

static void a_programmed_slot_answers_challenges(void **state)
{
	struct desk *desk = *state;
	plug_empty(desk, (struct softkey_faults){ 0 });
	for (unsigned slot = 1; slot <= MFA_YUBIKEY_SLOTS; slot++) {
		struct mfa_yubikey_program what = challenge_program(slot);
		what.wants_touch = slot == 2;
		assert_int_equal(ask(desk, slot), MFA_YUBIKEY_EMPTY);
		assert_int_equal(program(desk, &what), MFA_YUBIKEY_DONE);
		assert_string_equal(desk->diag.text, "");
		for (unsigned i = 0; i < 3; i++)
			assert_int_equal(ask(desk, slot), MFA_YUBIKEY_DONE);
	}
	assert_int_equal(list(desk), MFA_YUBIKEY_DONE);
	assert_int_equal(desk->ports[0].serial, KEY_SERIAL); /* still readable */
	assert_true(desk->ports[0].is_programmed[0] && desk->ports[0].is_programmed[1]);
	assert_false(desk->ports[0].wants_touch[0]);
	assert_true(desk->ports[0].wants_touch[1]);
}

static void a_slot_can_be_programmed_to_type_codes(void **state)
{
	static const unsigned char id[] = "public";
	static const unsigned char private_id[] = "secret";
	struct desk *desk = *state;
	unsigned key = plug_empty(desk, (struct softkey_faults){ 0 });
	struct mfa_yubikey_program what = challenge_program(1);
	what.public_id = id;
	what.private_id = private_id;
	assert_int_equal(program(desk, &what), MFA_YUBIKEY_DONE);
	const struct mfa_yubikey_otp otp = { .public_id = id,
					     .private_id = private_id,
					     .aes_key = key_secret };
	struct mfa_token token = { .kind = MFA_KIND_YUBIKEY_OTP };
	assert_int_equal(mfa_yubikey_otp_save(&otp, &token), MFA_OK);
	for (unsigned i = 0; i < 3; i++) {
		char code[SOFTKEY_CODE_SIZE];
		softkey_bed_type(desk->bed, key, 1, code);
		struct mfa_zone zone = default_zone();
		const struct mfa_attempt attempt = { code, strlen(code), NOW, &zone,
						     NULL };
		enum mfa_check check = MFA_CHECK_MISFIT;
		struct mfa_advance advance;
		assert_int_equal(mfa_factor_find(MFA_KIND_YUBIKEY_OTP)
					 ->verify(&token, &attempt, &check, &advance),
				 MFA_OK);
		assert_int_equal(check, MFA_CHECK_RIGHT);
	}
	assert_int_equal(list(desk), MFA_YUBIKEY_DONE);
	assert_int_equal(desk->ports[0].serial, KEY_SERIAL);
}

static void only_the_named_key_is_programmed(void **state)
{
	struct desk *desk = *state;
	struct softkey_options others[] = { soft_key(1),
					    { .serial = 2, .serial_hidden = true } };
	struct mfa_yubikey_program what = challenge_program(1);
	for (size_t i = 0; i < MFA_COUNT(others); i++)
		softkey_bed_plug(desk->bed, &others[i]);
	assert_int_equal(program(desk, &what), MFA_YUBIKEY_OTHER);
	what.at.serial = 0;
	assert_int_equal(program(desk, &what), MFA_YUBIKEY_OTHER);
	unsigned mine = plug_empty(desk, (struct softkey_faults){ 0 });
	what.at.serial = KEY_SERIAL;
	assert_int_equal(program(desk, &what), MFA_YUBIKEY_DONE);
	assert_int_equal(softkey_bed_counts(desk->bed, 0).writes, 0);
	assert_int_equal(softkey_bed_counts(desk->bed, 1).writes, 0);
	assert_int_equal(softkey_bed_counts(desk->bed, mine).writes, 1);
}

static void no_key_cannot_be_programmed(void **state)
{
	const struct mfa_yubikey_program what = challenge_program(2);
	assert_int_equal(program(*state, &what), MFA_YUBIKEY_ABSENT);
}

static void an_access_code_refuses(void **state)
{
	struct desk *desk = *state;
	struct softkey_options options = soft_key(KEY_SERIAL);
	memset(options.slot[1].access, 0x5a, sizeof options.slot[1].access);
	options.slot[1].secret[0] ^= 1;
	unsigned key = softkey_bed_plug(desk->bed, &options);
	const struct mfa_yubikey_program what = challenge_program(2);
	assert_int_equal(program(desk, &what), MFA_YUBIKEY_REFUSED);
	assert_non_null(strstr(desk->diag.text, "access code"));
	assert_int_equal(softkey_bed_counts(desk->bed, key).writes, 0);
}

/* Firmware before 2.2 knows no challenges, and tells no serial number either. */
static void an_old_key_is_not_programmed(void **state)
{
	struct desk *desk = *state;
	struct softkey_options options = { .serial = KEY_SERIAL,
					   .firmware = { 2, 1, 0 } };
	unsigned key = softkey_bed_plug(desk->bed, &options);
	const struct mfa_yubikey_program what = challenge_program(2);
	assert_int_not_equal(program(desk, &what), MFA_YUBIKEY_DONE);
	assert_int_equal(softkey_bed_counts(desk->bed, key).writes, 0);
}

/* Whatever the moment: what is said to be done has been done. */
static void a_key_pulled_out_while_programmed_is_told(void **state)
{
	struct desk *desk = *state;
	unsigned key = plug_empty(desk, (struct softkey_faults){ 0 });
	const struct mfa_yubikey_program what = challenge_program(2);
	unsigned at = 1;
	for (; at < TRANSFERS_MAX; at++) {
		unsigned writes = softkey_bed_counts(desk->bed, key).writes;
		softkey_bed_set_faults(desk->bed, key,
				       &(struct softkey_faults){ .unplug_after = at });
		enum mfa_yubikey_result result = program(desk, &what);
		if (result == MFA_YUBIKEY_DONE)
			assert_int_equal(softkey_bed_counts(desk->bed, key).writes,
					 writes + 1);
		else if (result != MFA_YUBIKEY_CUT_OFF)
			fail_msg("transfer %u: %u, %s", at, result, desk->diag.text);
		if (softkey_bed_is_plugged(desk->bed, key))
			break;
		softkey_bed_replug(desk->bed, key);
	}
	assert_in_range(at, 20, TRANSFERS_MAX - 1);
	softkey_bed_set_faults(desk->bed, key, &(struct softkey_faults){ 0 });
	assert_int_equal(ask(desk, 2), MFA_YUBIKEY_DONE);
}

static void hash(void *context)
{
	const struct desk *desk = context;
	unsigned char response[MFA_YUBIKEY_RESPONSE_LEN];
	desk->driver->hmac(key_secret, key_secret + 1, 10, response);
}

static void program_challenges(void *context)
{
	const struct mfa_yubikey_program what = challenge_program(2);
	assert_int_equal(program(context, &what), MFA_YUBIKEY_DONE);
}

static void program_codes(void *context)
{
	struct mfa_yubikey_program what = challenge_program(1);
	what.public_id = what.private_id = (const unsigned char *)"public";
	assert_int_equal(program(context, &what), MFA_YUBIKEY_DONE);
}

static void no_secret_is_left_on_the_stack(void **state)
{
	static void (*const works[])(void *) = { hash, program_challenges,
						 program_codes };
	/* as it is, and as HMAC mixes it into its two blocks */
	static const unsigned char masks[] = { 0, 0x36, 0x5c };
	plug_empty(*state, (struct softkey_faults){ 0 });
	for (size_t i = 0; i < MFA_COUNT(works); i++)
		for (size_t k = 0; k < MFA_COUNT(masks); k++) {
			unsigned char bytes[MFA_YUBIKEY_AES_LEN - 4];
			for (size_t at = 0; at < sizeof bytes; at++)
				bytes[at] = key_secret[at + 4] ^ masks[k];
			assert_false(
				leaves_on_stack(bytes, sizeof bytes, works[i], *state));
		}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		at_a_desk(no_key_is_an_empty_list),
		at_a_desk(all_keys_are_listed_with_what_they_tell),
		at_a_desk(an_answer_left_unread_is_not_taken_for_the_status),
		at_a_desk(a_forbidden_key_is_not_listed_as_none),
		at_a_desk(a_programmed_slot_answers_challenges),
		at_a_desk(a_slot_can_be_programmed_to_type_codes),
		at_a_desk(only_the_named_key_is_programmed),
		at_a_desk(no_key_cannot_be_programmed),
		at_a_desk(an_access_code_refuses),
		at_a_desk(an_old_key_is_not_programmed),
		at_a_desk(a_key_pulled_out_while_programmed_is_told),
		at_a_desk(no_secret_is_left_on_the_stack),
	};
	return keys_main("driver_program", tests, argc, argv);
}
