/* SPDX-License-Identifier: BSD-2-Clause */
/* What a key does while it starts, while it is programmed, and what it tells of itself.
 */
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "softkey_fixture.h"

/* Programs slot 2; gives whether libykpers says that it is done. */
static bool is_taken(void (*make)(YKP_CONFIG *config))
{
	return softkey_fixture_program(2, make, NULL) == 0;
}

static void make_protecting(YKP_CONFIG *config)
{
	make_hmac(config);
	assert_true(ykp_set_tktflag_PROTECT_CFG2(config, true));
}

static void slot_1_protects_slot_2_unless_that_has_the_flag_too(void **state)
{
	usb_mock_plug(*state, &(struct softkey_options){ .serial = SERIAL });
	assert_int_equal(softkey_fixture_program(1, make_protecting, NULL), 0);
	assert_false(is_taken(make_hmac));
	assert_int_equal(softkey_fixture_touch_level(), CONFIG1_VALID);
	assert_int_equal(softkey_fixture_program(1, make_hmac, NULL), 0);
	assert_true(is_taken(make_protecting));
	assert_int_equal(softkey_fixture_program(1, make_protecting, NULL), 0);
	assert_true(is_taken(make_hmac));
}

static void a_key_is_set_up_protected(void **state)
{
	struct softkey_options options = hmac_key();
	options.slot[0] = (struct softkey_setup){ .kind = SOFTKEY_OTP, .protects = true };
	usb_mock_plug(*state, &options);
	assert_false(is_taken(make_hmac));
}

/* In ms, how long it takes to ask for the status. */
static int64_t status_takes(void)
{
	struct timespec before, after;
	YK_STATUS *status = ykds_alloc();
	YK_KEY *yk = softkey_fixture_open(0);
	(void)clock_gettime(CLOCK_MONOTONIC, &before);
	assert_true(yk_wait_for_key_status(yk, 0, 0, 2000, false, SLOT_WRITE_FLAG, NULL));
	(void)clock_gettime(CLOCK_MONOTONIC, &after);
	yk_close_key(yk);
	ykds_free(status);
	return (after.tv_sec - before.tv_sec) * 1000 +
	       (after.tv_nsec - before.tv_nsec) / 1000000;
}

static void shows_0x9f_when_it_starts(void **state)
{
	struct softkey_options options = hmac_key();
	options.faults.writing.start_ms = 200;
	usb_mock_plug(*state, &options);
	assert_true(status_takes() >= 100);
	assert_true(softkey_fixture_has_serial());
	assert_true(is_taken(make_hmac));
}

static void holds_the_write_flag(void **state)
{
	uint8_t digest[DIGEST_SIZE];
	struct softkey_options options = hmac_key();
	options.faults.writing.held_ms = 200;
	unsigned key = usb_mock_plug(*state, &options);
	assert_true(is_taken(make_hmac));
	assert_int_equal(softkey_fixture_ask(2, false, "Hi There", 8, digest), 0);
	options.faults.writing.held_ms = SOFTKEY_NEVER;
	usb_mock_set_faults(*state, key, &options.faults);
	assert_int_equal(softkey_fixture_program(2, make_hmac, NULL), YK_ETIMEOUT);
	assert_int_equal(usb_mock_counts(*state, key).writes, 2);
}

static void shows_the_old_status_for_a_while(void **state)
{
	struct softkey_options options = hmac_key();
	options.faults.writing.lag_ms = SOFTKEY_NEVER;
	unsigned key = usb_mock_plug(*state, &options);
	assert_false(is_taken(make_touch));
	assert_int_equal(usb_mock_counts(*state, key).writes, 1);
	assert_int_equal(softkey_fixture_touch_level(), CONFIG2_VALID);
	usb_mock_unplug(*state, key);
	usb_mock_replug(*state, key);
	assert_int_equal(softkey_fixture_touch_level(), CONFIG2_VALID | CONFIG2_TOUCH);
	assert_int_equal(softkey_fixture_sequence(), 2);
}

/* As on an empty key, whose sequence number is 0 before and after. */
static void libykpers_takes_a_refused_write_of_an_empty_key_for_done(void **state)
{
	const struct softkey_options options = { .serial = SERIAL,
						 .faults.writing.ignored = true };
	unsigned key = usb_mock_plug(*state, &options);
	assert_true(is_taken(make_hmac));
	assert_int_equal(usb_mock_counts(*state, key).writes, 0);
}

/* The value of a tag of the device information, at most four bytes; -1: there is none. */
static int64_t info_of(unsigned char tag)
{
	unsigned char bytes[64];
	unsigned len = sizeof bytes;
	int64_t value = -1;
	YK_KEY *yk = softkey_fixture_open(0);
	int done = yk_get_capabilities(yk, 0, 0, bytes, &len);
	yk_close_key(yk);
	if (!done)
		return -1;
	for (unsigned at = 1; at < 1U + bytes[0]; at += 2U + bytes[at + 1])
		if (bytes[at] == tag) {
			value = 0;
			for (unsigned i = 0; i < bytes[at + 1]; i++)
				value = value << 8 | bytes[at + 2 + i];
		}
	return value;
}

static void tells_of_itself(void **state)
{
	struct softkey_options options = hmac_key();
	options.serial_hidden = true;
	options.touch_s = 30;
	unsigned key = usb_mock_plug(*state, &options);
	assert_int_equal(info_of(0x05), 0x050403);
	assert_int_equal(info_of(0x07), 30);
	assert_int_equal(info_of(0x02), -1);
	usb_mock_unplug(*state, key);
	options.info_serial = true;
	key = usb_mock_plug(*state, &options);
	assert_int_equal(info_of(0x02), SERIAL);
	assert_false(softkey_fixture_has_serial());
	usb_mock_unplug(*state, key);
	options.firmware = (struct softkey_firmware){ 4, 0, 9 };
	usb_mock_plug(*state, &options);
	assert_int_equal(info_of(0x05), -1);
}

static volatile sig_atomic_t signal_came;

static void note_signal(int number)
{
	signal_came = number;
}

static void sends_a_signal_at_a_transfer(void **state)
{
	struct softkey_options options = hmac_key();
	options.faults.signal = (struct softkey_signal){ 5, getpid(), SIGUSR1 };
	(void)signal(SIGUSR1, note_signal);
	usb_mock_plug(*state, &options);
	assert_true(softkey_fixture_has_serial());
	assert_int_equal(signal_came, SIGUSR1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_a_bed(slot_1_protects_slot_2_unless_that_has_the_flag_too),
		on_a_bed(a_key_is_set_up_protected),
		on_a_bed(shows_0x9f_when_it_starts),
		on_a_bed(holds_the_write_flag),
		on_a_bed(shows_the_old_status_for_a_while),
		on_a_bed(libykpers_takes_a_refused_write_of_an_empty_key_for_done),
		on_a_bed(tells_of_itself),
		on_a_bed(sends_a_signal_at_a_transfer),
	};
	return cmocka_run_group_tests_name("manners", tests, NULL, NULL) ? 1 : 0;
}
