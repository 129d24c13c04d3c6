/* SPDX-License-Identifier: BSD-2-Clause */
/* What goes wrong between a person, a key and libykpers. */
#include <errno.h>
#include <string.h>

#include "softkey_fixture.h"

enum {
	TRANSFERS_MAX = 64,
};

static struct softkey_options touch_key(void)
{
	struct softkey_options options = hmac_key();
	options.slot[1].touch = true;
	return options;
}

static int ask(uint8_t ret_digest[static DIGEST_SIZE])
{
	return softkey_fixture_ask(2, true, CHALLENGE, sizeof CHALLENGE, ret_digest);
}

static unsigned plug_with(void **state, struct softkey_options options,
			  struct softkey_faults faults)
{
	options.faults = faults;
	return usb_mock_plug(*state, &options);
}

static void waits_for_the_touch(void **state)
{
	uint8_t digest[DIGEST_SIZE], plain[DIGEST_SIZE];
	unsigned key = plug_with(state, touch_key(),
				 (struct softkey_faults){ .touch_after = 4 });
	assert_int_equal(ask(digest), 0);
	usb_mock_unplug(*state, key);
	plug_with(state, hmac_key(), (struct softkey_faults){ 0 });
	assert_int_equal(ask(plain), 0);
	assert_memory_equal(digest, plain, sizeof digest);
}

static void gives_up_waiting_for_the_touch(void **state)
{
	uint8_t digest[DIGEST_SIZE];
	plug_with(
		state, touch_key(),
		(struct softkey_faults){ .touch_after = SOFTKEY_NEVER, .touch_ms = 100 });
	assert_int_equal(ask(digest), YK_ETIMEOUT);
	assert_false(usb_mock_counts(*state, 0).waiting);
}

static void says_that_it_would_block(void **state)
{
	uint8_t digest[DIGEST_SIZE];
	unsigned key = plug_with(state, touch_key(), (struct softkey_faults){ 0 });
	assert_int_equal(
		softkey_fixture_ask(2, false, CHALLENGE, sizeof CHALLENGE, digest),
		YK_EWOULDBLOCK);
	assert_int_equal(usb_mock_counts(*state, key).challenges, 1);
	assert_false(usb_mock_counts(*state, key).waiting); // ykpers ends the wait
}

static void is_slow(void **state)
{
	uint8_t digest[DIGEST_SIZE];
	plug_with(state, hmac_key(), (struct softkey_faults){ .answer_after = 5 });
	assert_int_equal(ask(digest), 0);
}

static void is_too_slow(void **state)
{
	uint8_t digest[DIGEST_SIZE];
	plug_with(state, hmac_key(),
		  (struct softkey_faults){ .answer_after = SOFTKEY_NEVER });
	assert_int_equal(ask(digest), YK_ETIMEOUT);
}

static void is_mute(void **state)
{
	uint8_t digest[DIGEST_SIZE];
	unsigned serial;
	plug_with(state, hmac_key(), (struct softkey_faults){ .mute = true });
	assert_int_equal(ask(digest), YK_ETIMEOUT);
	YK_KEY *yk = softkey_fixture_open(0);
	assert_false(yk_get_serial(yk, 1, 0, &serial));
	yk_close_key(yk);
}

static void garbles_its_answer(void **state)
{
	uint8_t digest[DIGEST_SIZE];
	unsigned key =
		plug_with(state, hmac_key(), (struct softkey_faults){ .bad_crc = true });
	assert_int_equal(ask(digest), YK_ECHECKSUM);
	usb_mock_set_faults(*state, key, &(struct softkey_faults){ 0 });
	assert_int_equal(ask(digest), 0);
}

static void is_pulled_out_at_each_transfer(void **state)
{
	uint8_t digest[DIGEST_SIZE];
	unsigned key = plug_with(state, hmac_key(), (struct softkey_faults){ 0 });
	assert_int_equal(ask(digest), 0);
	unsigned all = usb_mock_counts(*state, key).transfers;
	assert_in_range(all, 18, TRANSFERS_MAX);
	// The last one only ends the reading: the answer is there.
	for (unsigned n = 1; n <= all; n++) {
		usb_mock_set_faults(*state, key,
				    &(struct softkey_faults){ .unplug_after = n });
		assert_int_equal(ask(digest), n == all ? 0 : YK_EUSBERR);
		assert_false(usb_mock_is_plugged(*state, key));
		assert_int_equal(ask(digest), YK_ENOKEY);
		usb_mock_replug(*state, key);
		assert_int_equal(ask(digest), 0);
	}
}

static void may_not_be_opened(void **state)
{
	uint8_t digest[DIGEST_SIZE];
	plug_with(state, hmac_key(), (struct softkey_faults){ .denied = true });
	assert_int_equal(ask(digest), YK_EUSBERR);
	assert_non_null(strstr(yk_usb_strerror(), "Access denied"));
}

static void is_silent_in_other_slots(void **state)
{
	static const enum softkey_kind kinds[] = { SOFTKEY_EMPTY, SOFTKEY_OTP,
						   SOFTKEY_HOTP, SOFTKEY_OTHER };
	uint8_t digest[DIGEST_SIZE];
	for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		struct softkey_options options = { .slot[1] = { .kind = kinds[i] } };
		unsigned key = usb_mock_plug(*state, &options);
		assert_int_equal(ask(digest), YK_ETIMEOUT);
		usb_mock_unplug(*state, key);
	}
}

static void an_interrupted_answer_spoils_the_next_status(void **state)
{
	YK_STATUS *status = ykds_alloc();
	struct softkey_options options = hmac_key();
	usb_mock_plug(*state, &options);
	YK_KEY *yk = softkey_fixture_open(0);
	assert_true(yk_write_to_key(yk, SLOT_CHAL_HMAC2, CHALLENGE, sizeof CHALLENGE));
	assert_true(
		yk_wait_for_key_status(yk, 0, 0, 1000, true, RESP_PENDING_FLAG, NULL));
	// The next program reads the rest of the answer where it expects a status.
	assert_true(yk_get_status(yk, status));
	assert_int_not_equal(ykds_version_major(status), 5);
	assert_true(yk_force_key_update(yk));
	assert_true(yk_get_status(yk, status));
	assert_int_equal(ykds_version_major(status), 5);
	yk_close_key(yk);
	ykds_free(status);
}

static void takes_no_command_after_other_use(void **state)
{
	static const struct softkey_faults used = { .reclaim_ms = 100 };
	uint8_t digest[DIGEST_SIZE];
	struct softkey_options options = hmac_key();
	YK_STATUS *status = ykds_alloc();
	unsigned key = plug_with(state, options, used);
	YK_KEY *yk = softkey_fixture_open(0);
	assert_true(yk_get_status(yk, status));
	assert_int_equal(ykds_version_major(status), 5);
	yk_close_key(yk);
	ykds_free(status);
	assert_int_equal(ask(digest), YK_ETIMEOUT);
	assert_int_equal(ask(digest), 0);
	usb_mock_unplug(*state, key);
	options.firmware = (struct softkey_firmware){ 5, 6, 0 };
	plug_with(state, options, used);
	assert_int_equal(ask(digest), 0);
}

static void read_status(YK_STATUS *status)
{
	YK_KEY *yk = softkey_fixture_open(0);
	assert_true(yk_get_status(yk, status));
	yk_close_key(yk);
}

static void lies_about_its_slots(void **state)
{
	YK_STATUS *status = ykds_alloc();
	plug_with(state, hmac_key(),
		  (struct softkey_faults){ .lies = SOFTKEY_LIE_VALID_2 |
						   SOFTKEY_LIE_TOUCH_1 });
	read_status(status);
	assert_int_equal(ykds_touch_level(status), CONFIG1_TOUCH);
	ykds_free(status);
}

static void damages_its_status_and_its_serial(void **state)
{
	unsigned serial = 0;
	YK_STATUS *status = ykds_alloc();
	/* opening reads a status, too */
	plug_with(state, hmac_key(),
		  (struct softkey_faults){ .damaged_status = 2, .damaged_serial = 1 });
	read_status(status);
	assert_int_not_equal(ykds_version_major(status), 5);
	read_status(status);
	assert_int_equal(ykds_version_major(status), 5);
	YK_KEY *yk = softkey_fixture_open(0);
	assert_false(yk_get_serial(yk, 0, 0, &serial));
	assert_int_equal(yk_errno, YK_ECHECKSUM);
	assert_true(yk_get_serial(yk, 0, 0, &serial));
	assert_int_equal(serial, SERIAL);
	yk_close_key(yk);
	ykds_free(status);
}

static void assert_usb_error(const char *words)
{
	uint8_t digest[DIGEST_SIZE];
	assert_int_equal(ask(digest), YK_EUSBERR);
	if (strstr(yk_usb_strerror(), words) == NULL)
		fail_msg("%s is not %s", yk_usb_strerror(), words);
}

static void fails_once_at_a_transfer(void **state)
{
	static const struct {
		unsigned error;
		const char *words;
	} cases[] = { { 0, "Input/output" },
		      { EPROTO, "Input/output" },
		      { EPIPE, "Pipe" },
		      { EOVERFLOW, "Overflow" } };
	uint8_t digest[DIGEST_SIZE];
	unsigned key = plug_with(state, hmac_key(), (struct softkey_faults){ 0 });
	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
		usb_mock_set_faults(*state, key,
				    &(struct softkey_faults){ .error_after = 7 + i,
							      .error = cases[i].error });
		assert_usb_error(cases[i].words);
		assert_int_equal(ask(digest), 0);
	}
}

static void is_claimed_by_another_program(void **state)
{
	uint8_t digest[DIGEST_SIZE];
	unsigned key =
		plug_with(state, hmac_key(), (struct softkey_faults){ .claims = 2 });
	assert_usb_error("Resource busy");
	assert_false(usb_mock_counts(*state, key).detached);
	assert_usb_error("Resource busy");
	assert_int_equal(ask(digest), 0);
	usb_mock_set_faults(*state, key,
			    &(struct softkey_faults){ .claims = SOFTKEY_NEVER });
	assert_usb_error("Resource busy");
	assert_usb_error("Resource busy");
	usb_mock_set_faults(*state, key, &(struct softkey_faults){ 0 });
	assert_int_equal(ask(digest), 0);
}

static void is_not_authorised(void **state)
{
	plug_with(state, hmac_key(), (struct softkey_faults){ .unauthorised = true });
	assert_usb_error("Entity not found");
}

static void has_no_otp_application(void **state)
{
	static const uint16_t products[] = { 0x0402, 0x0404, 0x0406, 0x0113 };
	uint8_t digest[DIGEST_SIZE];
	for (unsigned i = 0; i < sizeof products / sizeof *products; i++) {
		struct softkey_options options = hmac_key();
		options.product = products[i];
		usb_mock_plug(*state, &options);
		assert_int_equal(ask(digest), YK_ENOKEY);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_a_bed(waits_for_the_touch),
		on_a_bed(gives_up_waiting_for_the_touch),
		on_a_bed(says_that_it_would_block),
		on_a_bed(is_slow),
		on_a_bed(is_too_slow),
		on_a_bed(is_mute),
		on_a_bed(garbles_its_answer),
		on_a_bed(is_pulled_out_at_each_transfer),
		on_a_bed(may_not_be_opened),
		on_a_bed(is_silent_in_other_slots),
		on_a_bed(an_interrupted_answer_spoils_the_next_status),
		on_a_bed(takes_no_command_after_other_use),
		on_a_bed(lies_about_its_slots),
		on_a_bed(damages_its_status_and_its_serial),
		on_a_bed(fails_once_at_a_transfer),
		on_a_bed(is_claimed_by_another_program),
		on_a_bed(is_not_authorised),
		on_a_bed(has_no_otp_application),
	};
	return cmocka_run_group_tests_name("faults", tests, NULL, NULL) ? 1 : 0;
}
