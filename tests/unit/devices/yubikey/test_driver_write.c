/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/devices/yubikey/program.c and read_back.c: what a key holds after an order to
 * program it, whatever it shows. */
#include <string.h>

#include "driver_fixture.h"
#include "mfa/yubikey_otp.h"

static const unsigned char access_code[] = "access";
static const unsigned char other_code[] = "acces!";

enum {
	AWHILE_MS = 400, /* of what a key does for a while */
};

static struct mfa_yubikey_program program_of(unsigned slot, bool wants_touch)
{
	return (struct mfa_yubikey_program){
		.at = { KEY_SERIAL, slot },
		.wants_touch = wants_touch,
		.secret = key_secret,
		.may_overwrite = true,
		.timeout_ms = TIMEOUT_MS,
	};
}

static struct mfa_yubikey_program program_of_codes(unsigned slot)
{
	struct mfa_yubikey_program what = program_of(slot, true);
	what.public_id = (const unsigned char *)"public";
	what.private_id = (const unsigned char *)"secret";
	return what;
}

/* A key whose second slot has another secret than the orders. */
static struct softkey_options other_key(bool touch)
{
	struct softkey_options options = soft_key(KEY_SERIAL);
	options.slot[1].secret[0] ^= 1;
	options.slot[1].touch = touch;
	options.faults.touch_after = SOFTKEY_NEVER; /* nobody is there */
	return options;
}

static unsigned plug(struct driver_fixture *fixture, struct softkey_options options,
		     struct softkey_writing writing)
{
	options.faults.writing = writing;
	return usb_mock_plug(fixture->mock, &options);
}

static unsigned writes_of(struct driver_fixture *fixture, unsigned key)
{
	return usb_mock_counts(fixture->mock, key).writes;
}

/* Gives the order; what is said of it is what the key's counter says, or unsure. */
static void assert_programmed(struct driver_fixture *fixture, unsigned key,
			      const struct mfa_yubikey_program *what,
			      enum mfa_yubikey_result result)
{
	unsigned before = writes_of(fixture, key);
	fixture->diag.text[0] = '\0';
	enum mfa_yubikey_result got =
		fixture->driver->program(what, &fixture->diag, &fixture->write);
	if (got != result)
		fail_msg("result %u: %s", got, fixture->diag.text);
	if (result == MFA_YUBIKEY_DONE)
		assert_string_equal(fixture->diag.text, "");
	unsigned written = writes_of(fixture, key) - before;
	if (fixture->write == MFA_YUBIKEY_WRITTEN)
		assert_int_equal(written, 1);
	if (fixture->write == MFA_YUBIKEY_KEPT)
		assert_int_equal(written, 0);
	assert_int_equal(result == MFA_YUBIKEY_DONE,
			 fixture->write == MFA_YUBIKEY_WRITTEN);
}

static void an_access_code_is_needed(void **state)
{
	struct driver_fixture *fixture = *state;
	struct softkey_options options = other_key(false);
	memcpy(options.slot[1].access, access_code, sizeof options.slot[1].access);
	unsigned key = plug(fixture, options, (struct softkey_writing){ 0 });
	struct mfa_yubikey_program what = program_of(2, false);
	assert_programmed(fixture, key, &what, MFA_YUBIKEY_REFUSED);
	assert_int_equal(fixture->write, MFA_YUBIKEY_KEPT);
	what.access_code = other_code;
	assert_programmed(fixture, key, &what, MFA_YUBIKEY_REFUSED);
	what.access_code = access_code;
	assert_programmed(fixture, key, &what, MFA_YUBIKEY_DONE);
	what.access_code = NULL;
	assert_programmed(fixture, key, &what, MFA_YUBIKEY_DONE); /* it has none now */
}

/* Of a slot that types, too; and then it takes no other secret without the code. */
static void an_access_code_is_set(void **state)
{
	static const unsigned char other_secret[MFA_YUBIKEY_SECRET_LEN] = "another one";
	struct driver_fixture *fixture = *state;
	struct mfa_yubikey_program typed = program_of_codes(2);
	struct mfa_yubikey_program what = program_of(2, false);
	unsigned key = plug(fixture, other_key(false), (struct softkey_writing){ 0 });
	typed.new_access_code = access_code;
	assert_programmed(fixture, key, &typed, MFA_YUBIKEY_DONE);
	what.new_access_code = other_code;
	assert_programmed(fixture, key, &what, MFA_YUBIKEY_REFUSED);
	what.access_code = access_code;
	assert_programmed(fixture, key, &what, MFA_YUBIKEY_DONE);
	what.secret = other_secret;
	assert_programmed(fixture, key, &what, MFA_YUBIKEY_REFUSED);
	what.access_code = other_code;
	assert_programmed(fixture, key, &what, MFA_YUBIKEY_DONE);
}

/* Where the key cannot show it without a finger, nothing is claimed. */
static void a_slot_that_wants_a_touch_leaves_it_open(void **state)
{
	struct driver_fixture *fixture = *state;
	const struct softkey_writing ignored = { .ignored = true };
	const struct mfa_yubikey_program touched = program_of(2, true);
	const struct mfa_yubikey_program typed = program_of_codes(2);
	unsigned key = plug(fixture, other_key(true), ignored);
	assert_programmed(fixture, key, &touched, MFA_YUBIKEY_REFUSED);
	assert_int_equal(fixture->write, MFA_YUBIKEY_UNSURE);
	assert_programmed(fixture, key, &typed, MFA_YUBIKEY_REFUSED);
	assert_int_equal(fixture->write, MFA_YUBIKEY_UNSURE);
	assert_false(usb_mock_counts(fixture->mock, key).waiting);
	assert_false(usb_mock_counts(fixture->mock, key).detached);
}

/* libykpers takes it for done. */
static void a_refused_write_of_an_empty_key_is_not_done(void **state)
{
	struct driver_fixture *fixture = *state;
	const struct softkey_options empty = { .serial = KEY_SERIAL };
	const struct softkey_writing ignored = { .ignored = true };
	const struct mfa_yubikey_program orders[] = {
		program_of(1, true),
		program_of_codes(2),
	};
	unsigned key = plug(fixture, empty, ignored);
	for (size_t i = 0; i < MFA_COUNT(orders); i++) {
		assert_programmed(fixture, key, &orders[i], MFA_YUBIKEY_REFUSED);
		assert_int_equal(fixture->write, orders[i].public_id == NULL
							 ? MFA_YUBIKEY_KEPT
							 : MFA_YUBIKEY_UNSURE);
	}
}

static void the_first_slot_protects_the_second(void **state)
{
	struct driver_fixture *fixture = *state;
	struct softkey_options options = { .serial = KEY_SERIAL };
	const struct mfa_yubikey_program what = program_of(2, true);
	options.slot[0] = (struct softkey_setup){ .kind = SOFTKEY_OTP, .protects = true };
	unsigned key = plug(fixture, options, (struct softkey_writing){ 0 });
	assert_programmed(fixture, key, &what, MFA_YUBIKEY_REFUSED);
	assert_int_equal(fixture->write, MFA_YUBIKEY_KEPT);
}

/* For a while, and for good. */
static void a_status_that_lags_is_waited_for(void **state)
{
	struct driver_fixture *fixture = *state;
	const struct softkey_writing awhile = { .lag_ms = AWHILE_MS };
	const struct softkey_writing forever = { .lag_ms = SOFTKEY_NEVER };
	const struct mfa_yubikey_program orders[] = { program_of(2, false),
						      program_of(2, true),
						      program_of_codes(2) };
	unsigned key = plug(fixture, other_key(true), awhile);
	for (size_t i = 0; i < MFA_COUNT(orders); i++)
		assert_programmed(fixture, key, &orders[i], MFA_YUBIKEY_DONE);
	usb_mock_unplug(fixture->mock, key);
	key = plug(fixture, other_key(true), forever);
	assert_programmed(fixture, key, &orders[0], MFA_YUBIKEY_DONE); /* it answers */
	assert_programmed(fixture, key, &orders[1], MFA_YUBIKEY_REFUSED);
	assert_int_equal(fixture->write, MFA_YUBIKEY_UNSURE);
}

static void a_key_that_is_slow_to_start_or_to_write_is_waited_for(void **state)
{
	struct driver_fixture *fixture = *state;
	const struct softkey_writing manners[] = { { .start_ms = AWHILE_MS },
						   { .held_ms = AWHILE_MS } };
	const struct mfa_yubikey_program what = program_of(2, true);
	for (size_t i = 0; i < MFA_COUNT(manners); i++) {
		unsigned key = plug(fixture, other_key(true), manners[i]);
		assert_programmed(fixture, key, &what, MFA_YUBIKEY_DONE);
		usb_mock_unplug(fixture->mock, key);
	}
}

static void a_key_that_hangs_in_a_write_is_not_done(void **state)
{
	struct driver_fixture *fixture = *state;
	const struct softkey_writing held = { .held_ms = SOFTKEY_NEVER, .ignored = true };
	const struct mfa_yubikey_program what = program_of(2, false);
	unsigned key = plug(fixture, other_key(false), held);
	assert_programmed(fixture, key, &what, MFA_YUBIKEY_REFUSED);
	assert_int_equal(fixture->write, MFA_YUBIKEY_UNSURE);
}

static void a_programmed_slot_is_overwritten_on_demand_alone(void **state)
{
	struct driver_fixture *fixture = *state;
	struct mfa_yubikey_program what = program_of(2, true);
	what.may_overwrite = false;
	unsigned key = plug(fixture, other_key(true), (struct softkey_writing){ 0 });
	assert_programmed(fixture, key, &what, MFA_YUBIKEY_OCCUPIED);
	what.at.slot = 1;
	assert_programmed(fixture, key, &what, MFA_YUBIKEY_DONE);
	assert_programmed(fixture, key, &what, MFA_YUBIKEY_OCCUPIED);
}

/* Its status is still that of an empty key. */
static void a_slot_that_is_shown_empty_is_asked(void **state)
{
	static const bool touches[] = { false, true };
	struct driver_fixture *fixture = *state;
	const struct softkey_options empty = { .serial = KEY_SERIAL,
					       .faults.touch_after = SOFTKEY_NEVER };
	const struct softkey_writing forever = { .lag_ms = SOFTKEY_NEVER };
	for (size_t i = 0; i < MFA_COUNT(touches); i++) {
		struct mfa_yubikey_program what = program_of(2, touches[i]);
		unsigned key = plug(fixture, empty, forever);
		(void)fixture->driver->program(&what, &fixture->diag, &fixture->write);
		assert_int_equal(writes_of(fixture, key), 1);
		what.may_overwrite = false;
		assert_programmed(fixture, key, &what, MFA_YUBIKEY_OCCUPIED);
		assert_false(usb_mock_counts(fixture->mock, key).waiting);
		usb_mock_unplug(fixture->mock, key);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		with_driver_fixture(an_access_code_is_needed),
		with_driver_fixture(an_access_code_is_set),
		with_driver_fixture(a_slot_that_wants_a_touch_leaves_it_open),
		with_driver_fixture(a_refused_write_of_an_empty_key_is_not_done),
		with_driver_fixture(the_first_slot_protects_the_second),
		with_driver_fixture(a_status_that_lags_is_waited_for),
		with_driver_fixture(
			a_key_that_is_slow_to_start_or_to_write_is_waited_for),
		with_driver_fixture(a_key_that_hangs_in_a_write_is_not_done),
		with_driver_fixture(a_programmed_slot_is_overwritten_on_demand_alone),
		with_driver_fixture(a_slot_that_is_shown_empty_is_asked),
	};
	return keys_main("driver_write", tests, argc, argv);
}
