/* SPDX-License-Identifier: BSD-2-Clause */
/* The plug-in's driver over the real libykpers, libusb and libudev: lists and
 * programming. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ykcore.h>
#include <ykdef.h>

#include "driver_fixture.h"
#include "mfa/factor.h"
#include "mfa/yubikey_otp.h"

enum {
	TRANSFERS_MAX = 100,
};

static enum mfa_yubikey_result list(struct driver_fixture *fixture)
{
	fixture->diag.text[0] = '\0';
	return fixture->driver->list(TIMEOUT_MS, &fixture->listener, &fixture->diag,
				     fixture->ports, &fixture->count);
}

static unsigned plug_empty(struct driver_fixture *fixture, struct softkey_faults faults)
{
	const struct softkey_options options = { .serial = KEY_SERIAL, .faults = faults };
	return usb_mock_plug(fixture->mock, &options);
}

static void no_key_is_an_empty_list(void **state)
{
	struct driver_fixture *fixture = *state;
	fixture->count = 99;
	assert_int_equal(list(fixture), MFA_YUBIKEY_ABSENT);
	assert_int_equal(fixture->count, 0);
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
	struct driver_fixture *fixture = *state;
	struct softkey_options old = { .serial = 1, .firmware = { 2, 1, 9 } };
	struct softkey_options hidden = { .serial = 3,
					  .firmware = { 3, 4, 0 },
					  .serial_hidden = true,
					  .slot[0] = { .kind = SOFTKEY_OTP } };
	struct softkey_options touch = soft_key(4294967295U);
	touch.slot[1].touch = true;
	usb_mock_plug(fixture->mock, &old);
	usb_mock_plug(fixture->mock, &hidden);
	usb_mock_plug(fixture->mock, &touch);
	assert_int_equal(list(fixture), MFA_YUBIKEY_DONE);
	assert_int_equal(fixture->count, 3);
	for (size_t i = 0; i < fixture->count; i++)
		assert_told(&fixture->ports[i]);
	assert_int_not_equal(fixture->ports[0].version[0], fixture->ports[1].version[0]);
	assert_int_not_equal(fixture->ports[0].version[0], fixture->ports[2].version[0]);
	assert_int_not_equal(fixture->ports[1].version[0], fixture->ports[2].version[0]);
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
	struct driver_fixture *fixture = *state;
	struct softkey_options options = soft_key(KEY_SERIAL);
	usb_mock_plug(fixture->mock, &options);
	leave_an_answer_unread();
	assert_int_equal(list(fixture), MFA_YUBIKEY_DONE);
	assert_int_equal(fixture->ports[0].version[0], 5);
	assert_int_equal(fixture->ports[0].serial, KEY_SERIAL);
	assert_true(fixture->ports[0].is_programmed[1]);
}

/* Firmware 4.1 and later tell it there; and how long they wait for a touch. */
static void a_hidden_number_may_be_in_the_device_information(void **state)
{
	static const struct softkey_firmware firmware[] = { { 4, 1, 0 }, { 4, 0, 9 } };
	struct driver_fixture *fixture = *state;
	for (size_t i = 0; i < MFA_COUNT(firmware); i++) {
		struct softkey_options options = soft_key(KEY_SERIAL);
		bool has_info = i == 0;
		options.firmware = firmware[i];
		options.serial_hidden = options.info_serial = true;
		options.touch_s = 30;
		unsigned key = usb_mock_plug(fixture->mock, &options);
		assert_int_equal(list(fixture), MFA_YUBIKEY_DONE);
		assert_int_equal(fixture->ports[0].serial, has_info ? KEY_SERIAL : 0);
		assert_int_equal(fixture->ports[0].touch_s, has_info ? 30 : 0);
		usb_mock_unplug(fixture->mock, key);
	}
}

static void a_forbidden_key_is_not_listed_as_none(void **state)
{
	struct driver_fixture *fixture = *state;
	plug_empty(fixture, (struct softkey_faults){ .denied = true });
	assert_int_equal(list(fixture), MFA_YUBIKEY_BROKEN);
	assert_non_null(strstr(fixture->diag.text, "Access denied"));
}

static struct mfa_yubikey_program challenge_program(unsigned slot)
{
	return (struct mfa_yubikey_program){
		.at = { KEY_SERIAL, slot },
		.secret = key_secret,
		.may_overwrite = true,
		.timeout_ms = TIMEOUT_MS,
	};
}

static enum mfa_yubikey_result program(struct driver_fixture *fixture,
				       const struct mfa_yubikey_program *what)
{
	fixture->diag.text[0] = '\0';
	enum mfa_yubikey_result result =
		fixture->driver->program(what, &fixture->diag, &fixture->write);
	assert_int_equal(result == MFA_YUBIKEY_DONE,
			 fixture->write == MFA_YUBIKEY_WRITTEN);
	return result;
}

static enum mfa_yubikey_result ask(struct driver_fixture *fixture, unsigned slot)
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
	enum mfa_yubikey_result result = fixture->driver->respond(
		&order, &fixture->diag, &fixture->other, &answer);
	if (result == MFA_YUBIKEY_DONE) {
		unsigned char response[MFA_YUBIKEY_RESPONSE_LEN];
		mfa_yubikey_expect(&key, answer.hmac, challenge, response);
		assert_memory_equal(answer.response, response, sizeof response);
	}
	return result;
}

static void a_programmed_slot_answers_challenges(void **state)
{
	struct driver_fixture *fixture = *state;
	plug_empty(fixture, (struct softkey_faults){ 0 });
	for (unsigned slot = 1; slot <= MFA_YUBIKEY_SLOTS; slot++) {
		struct mfa_yubikey_program what = challenge_program(slot);
		what.wants_touch = slot == 2;
		assert_int_equal(ask(fixture, slot), MFA_YUBIKEY_EMPTY);
		assert_int_equal(program(fixture, &what), MFA_YUBIKEY_DONE);
		assert_string_equal(fixture->diag.text, "");
		for (unsigned i = 0; i < 3; i++)
			assert_int_equal(ask(fixture, slot), MFA_YUBIKEY_DONE);
	}
	assert_int_equal(list(fixture), MFA_YUBIKEY_DONE);
	assert_int_equal(fixture->ports[0].serial, KEY_SERIAL); /* still readable */
	assert_true(fixture->ports[0].is_programmed[0] &&
		    fixture->ports[0].is_programmed[1]);
	assert_false(fixture->ports[0].wants_touch[0]);
	assert_true(fixture->ports[0].wants_touch[1]);
}

static void a_slot_can_be_programmed_to_type_codes(void **state)
{
	static const unsigned char id[] = "public";
	static const unsigned char private_id[] = "secret";
	struct driver_fixture *fixture = *state;
	unsigned key = plug_empty(fixture, (struct softkey_faults){ 0 });
	struct mfa_yubikey_program what = challenge_program(1);
	what.public_id = id;
	what.private_id = private_id;
	assert_int_equal(program(fixture, &what), MFA_YUBIKEY_DONE);
	const struct mfa_yubikey_otp otp = { .public_id = id,
					     .private_id = private_id,
					     .aes_key = key_secret };
	struct mfa_token token = { .kind = MFA_KIND_YUBIKEY_OTP };
	assert_int_equal(mfa_yubikey_otp_save(&otp, &token), MFA_OK);
	for (unsigned i = 0; i < 3; i++) {
		char code[SOFTKEY_CODE_SIZE];
		usb_mock_type(fixture->mock, key, 1, code);
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
	assert_int_equal(list(fixture), MFA_YUBIKEY_DONE);
	assert_int_equal(fixture->ports[0].serial, KEY_SERIAL);
}

static void only_the_named_key_is_programmed(void **state)
{
	struct driver_fixture *fixture = *state;
	struct softkey_options others[] = { soft_key(1),
					    { .serial = 2, .serial_hidden = true } };
	struct mfa_yubikey_program what = challenge_program(1);
	for (size_t i = 0; i < MFA_COUNT(others); i++)
		usb_mock_plug(fixture->mock, &others[i]);
	assert_int_equal(program(fixture, &what), MFA_YUBIKEY_OTHER);
	what.at.serial = 0;
	assert_int_equal(program(fixture, &what), MFA_YUBIKEY_OTHER);
	unsigned mine = plug_empty(fixture, (struct softkey_faults){ 0 });
	what.at.serial = KEY_SERIAL;
	assert_int_equal(program(fixture, &what), MFA_YUBIKEY_DONE);
	assert_int_equal(usb_mock_counts(fixture->mock, 0).writes, 0);
	assert_int_equal(usb_mock_counts(fixture->mock, 1).writes, 0);
	assert_int_equal(usb_mock_counts(fixture->mock, mine).writes, 1);
}

/* One that was not there when the person chose the key, in whatever port. */
static void a_device_that_poses_as_the_key_gets_no_secret(void **state)
{
	struct driver_fixture *fixture = *state;
	const struct mfa_yubikey_program what = challenge_program(2);
	unsigned first = plug_empty(fixture, (struct softkey_faults){ 0 });
	unsigned second = plug_empty(fixture, (struct softkey_faults){ 0 });
	assert_int_equal(program(fixture, &what), MFA_YUBIKEY_REFUSED);
	assert_int_equal(fixture->write, MFA_YUBIKEY_KEPT);
	assert_string_equal(fixture->diag.text,
			    "more than one device says that it is YubiKey 7654321");
	assert_int_equal(usb_mock_counts(fixture->mock, first).writes, 0);
	assert_int_equal(usb_mock_counts(fixture->mock, second).writes, 0);
	assert_false(usb_mock_counts(fixture->mock, first).detached);
	usb_mock_unplug(fixture->mock, first);
	assert_int_equal(program(fixture, &what), MFA_YUBIKEY_DONE);
}

/* It is looked at while the wanted one is open. */
static void a_broken_key_behind_it_hinders_nothing(void **state)
{
	struct driver_fixture *fixture = *state;
	const struct mfa_yubikey_program what = challenge_program(2);
	struct softkey_options broken = soft_key(1);
	broken.faults.bad_crc = true;
	plug_empty(fixture, (struct softkey_faults){ 0 });
	usb_mock_plug(fixture->mock, &broken);
	assert_int_equal(program(fixture, &what), MFA_YUBIKEY_DONE);
	assert_string_equal(fixture->diag.text, "");
}

static void no_key_cannot_be_programmed(void **state)
{
	const struct mfa_yubikey_program what = challenge_program(2);
	assert_int_equal(program(*state, &what), MFA_YUBIKEY_ABSENT);
}

/* Firmware before 2.2 knows no challenges, and tells no serial number either. */
static void an_old_key_is_not_programmed(void **state)
{
	struct driver_fixture *fixture = *state;
	struct softkey_options options = { .serial = KEY_SERIAL,
					   .firmware = { 2, 1, 0 } };
	unsigned key = usb_mock_plug(fixture->mock, &options);
	const struct mfa_yubikey_program what = challenge_program(2);
	assert_int_not_equal(program(fixture, &what), MFA_YUBIKEY_DONE);
	assert_int_equal(usb_mock_counts(fixture->mock, key).writes, 0);
}

/* Whatever the moment: what is said to be done has been done. */
static void a_key_pulled_out_while_programmed_is_told(void **state)
{
	struct driver_fixture *fixture = *state;
	unsigned key = plug_empty(fixture, (struct softkey_faults){ 0 });
	const struct mfa_yubikey_program what = challenge_program(2);
	unsigned at = 1;
	for (; at < TRANSFERS_MAX; at++) {
		unsigned writes = usb_mock_counts(fixture->mock, key).writes;
		usb_mock_set_faults(fixture->mock, key,
				    &(struct softkey_faults){ .unplug_after = at });
		enum mfa_yubikey_result result = program(fixture, &what);
		if (result == MFA_YUBIKEY_DONE)
			assert_int_equal(usb_mock_counts(fixture->mock, key).writes,
					 writes + 1);
		else if (result != MFA_YUBIKEY_CUT_OFF)
			fail_msg("transfer %u: %u, %s", at, result, fixture->diag.text);
		if (usb_mock_is_plugged(fixture->mock, key))
			break;
		usb_mock_replug(fixture->mock, key);
	}
	assert_in_range(at, 20, TRANSFERS_MAX - 1);
	usb_mock_set_faults(fixture->mock, key, &(struct softkey_faults){ 0 });
	assert_int_equal(ask(fixture, 2), MFA_YUBIKEY_DONE);
}

static void hash(void *context)
{
	const struct driver_fixture *fixture = context;
	unsigned char response[MFA_YUBIKEY_RESPONSE_LEN];
	fixture->driver->hmac(key_secret, key_secret + 1, 10, response);
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
		with_driver_fixture(no_key_is_an_empty_list),
		with_driver_fixture(all_keys_are_listed_with_what_they_tell),
		with_driver_fixture(an_answer_left_unread_is_not_taken_for_the_status),
		with_driver_fixture(a_hidden_number_may_be_in_the_device_information),
		with_driver_fixture(a_forbidden_key_is_not_listed_as_none),
		with_driver_fixture(a_programmed_slot_answers_challenges),
		with_driver_fixture(a_slot_can_be_programmed_to_type_codes),
		with_driver_fixture(only_the_named_key_is_programmed),
		with_driver_fixture(a_device_that_poses_as_the_key_gets_no_secret),
		with_driver_fixture(a_broken_key_behind_it_hinders_nothing),
		with_driver_fixture(no_key_cannot_be_programmed),
		with_driver_fixture(an_old_key_is_not_programmed),
		with_driver_fixture(a_key_pulled_out_while_programmed_is_told),
		with_driver_fixture(no_secret_is_left_on_the_stack),
	};
	return keys_main("driver_program", tests, argc, argv);
}
