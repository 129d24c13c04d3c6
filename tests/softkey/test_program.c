/* SPDX-License-Identifier: BSD-2-Clause */
/* Programming through the real libykpers: what a slot takes, and what it protects. */
#include <string.h>

#include "softkey_fixture.h"

static const uint8_t ACCESS[SOFTKEY_ACCESS_SIZE] = "access";
static const uint8_t OTHER[SOFTKEY_ACCESS_SIZE] = "acces!";

static void make_otp(YKP_CONFIG *config)
{
	unsigned char id[] = { 0, 0, 0, 0, 0, 1 };
	assert_int_equal(ykp_AES_key_from_hex(config, "ecde18dbe76fbd0c33330f1c354871db"),
			 0);
	assert_true(ykp_set_fixed(config, id, sizeof id));
	assert_true(ykp_set_uid(config, id, sizeof id));
}

static void make_hotp(YKP_CONFIG *config)
{
	assert_int_equal(
		ykp_HMAC_key_from_hex(config, "3132333435363738393031323334353637383930"),
		0);
	assert_true(ykp_set_tktflag_OATH_HOTP(config, true));
}

static void make_static(YKP_CONFIG *config)
{
	assert_true(ykp_set_cfgflag_STATIC_TICKET(config, true));
}

static void make_protected(YKP_CONFIG *config)
{
	unsigned char code[SOFTKEY_ACCESS_SIZE];
	memcpy(code, ACCESS, sizeof code);
	make_hmac(config);
	assert_true(ykp_set_access_code(config, code, sizeof code));
}

static void make_updatable(YKP_CONFIG *config)
{
	make_otp(config);
	assert_true(ykp_set_extflag_ALLOW_UPDATE(config, true));
}

static void shows_firmware_and_slots(void **state)
{
	struct softkey_options options = { .firmware = { 4, 3, 7 },
					   .slot[0] = { .kind = SOFTKEY_OTP },
					   .slot[1] = { .kind = SOFTKEY_HMAC } };
	usb_mock_plug(*state, &options);
	YK_STATUS *status = softkey_fixture_read_status();
	assert_int_equal(ykds_version_major(status), 4);
	assert_int_equal(ykds_version_minor(status), 3);
	assert_int_equal(ykds_version_build(status), 7);
	assert_int_equal(ykds_pgm_seq(status), 1);
	assert_int_equal(ykds_touch_level(status),
			 CONFIG1_VALID | CONFIG2_VALID | CONFIG1_TOUCH);
	ykds_free(status);
}

static void programs_each_kind_in_each_slot(void **state)
{
	static const struct {
		void (*make)(YKP_CONFIG *config);
		bool touch;
	} kinds[] = { { make_hmac, false },
		      { make_touch, true },
		      { make_otp, true },
		      { make_hotp, true },
		      { make_static, true } };
	usb_mock_plug(*state, &(struct softkey_options){ .serial = SERIAL });
	assert_int_equal(softkey_fixture_touch_level(), 0);
	for (int slot = 1; slot <= SOFTKEY_SLOTS; slot++) {
		int valid = slot == 1 ? CONFIG1_VALID : CONFIG2_VALID;
		int touch = slot == 1 ? CONFIG1_TOUCH : CONFIG2_TOUCH;
		for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++) {
			assert_int_equal(
				softkey_fixture_program(slot, kinds[i].make, NULL), 0);
			assert_int_equal(softkey_fixture_touch_level(),
					 valid | (kinds[i].touch ? touch : 0));
		}
		assert_int_equal(softkey_fixture_program(slot, NULL, NULL), 0);
		assert_int_equal(softkey_fixture_touch_level(), 0);
	}
	assert_int_equal(usb_mock_counts(*state, 0).writes, 12);
}

static void answers_with_the_secret_just_programmed(void **state)
{
	uint8_t digest[DIGEST_SIZE];
	usb_mock_plug(*state, &(struct softkey_options){ .serial = SERIAL });
	for (int slot = 1; slot <= SOFTKEY_SLOTS; slot++) {
		assert_int_equal(softkey_fixture_program(slot, make_hmac, NULL), 0);
		assert_int_equal(softkey_fixture_ask(slot, false, "Hi There", 8, digest),
				 0);
		assert_digest(digest, "b617318655057264e28bc0b6fb378c8ef146be00");
	}
}

static void erases_and_falls_silent(void **state)
{
	uint8_t digest[DIGEST_SIZE];
	struct softkey_options options = hmac_key();
	usb_mock_plug(*state, &options);
	assert_int_equal(softkey_fixture_program(2, NULL, NULL), 0);
	assert_int_equal(softkey_fixture_sequence(), 0);
	assert_int_equal(
		softkey_fixture_ask(2, true, CHALLENGE, sizeof CHALLENGE, digest),
		YK_ETIMEOUT);
	assert_int_equal(usb_mock_counts(*state, 0).challenges, 0);
}

static void takes_no_write_without_the_access_code(void **state)
{
	usb_mock_plug(*state, &(struct softkey_options){ .serial = SERIAL });
	assert_int_equal(softkey_fixture_program(2, make_protected, NULL), 0);
	assert_int_equal(softkey_fixture_program(2, make_hmac, NULL), YK_EWRITEERR);
	assert_int_equal(softkey_fixture_program(2, make_hmac, OTHER), YK_EWRITEERR);
	assert_int_equal(softkey_fixture_program(2, NULL, NULL), YK_EWRITEERR);
	assert_int_equal(usb_mock_counts(*state, 0).writes, 1);
	assert_int_equal(softkey_fixture_sequence(), 1);

	assert_int_equal(softkey_fixture_program(2, make_hmac, ACCESS), 0);
	assert_int_equal(softkey_fixture_program(2, NULL, NULL),
			 0); // the new block has no code
}

static void erases_a_protected_slot_with_its_code(void **state)
{
	struct softkey_options options = hmac_key();
	memcpy(options.slot[1].access, ACCESS, sizeof ACCESS);
	usb_mock_plug(*state, &options);
	assert_int_equal(softkey_fixture_program(2, NULL, OTHER), YK_EWRITEERR);
	assert_int_equal(softkey_fixture_program(2, NULL, ACCESS), 0);
	assert_int_equal(softkey_fixture_touch_level(), 0);
}

static int update(uint8_t command)
{
	YK_STATUS *status = softkey_fixture_read_status();
	YKP_CONFIG *config = ykp_alloc();
	ykp_configure_version(config, status);
	assert_true(ykp_configure_command(config, command));
	assert_true(ykp_set_tktflag_APPEND_CR(config, true));
	YK_KEY *yk = softkey_fixture_open(0);
	int done = yk_write_command(yk, ykp_core_config(config), command, NULL);
	yk_close_key(yk);
	ykp_free_config(config);
	ykds_free(status);
	return done;
}

static void updates_only_what_allows_it(void **state)
{
	usb_mock_plug(*state, &(struct softkey_options){ .serial = SERIAL });
	assert_int_equal(softkey_fixture_program(1, make_updatable, NULL), 0);
	assert_int_equal(softkey_fixture_program(2, make_otp, NULL), 0);
	assert_true(update(SLOT_UPDATE1));
	assert_false(update(SLOT_UPDATE2));
	assert_int_equal(usb_mock_counts(*state, 0).writes, 3);
}

static void keeps_what_it_was_programmed_with_out_of_the_port(void **state)
{
	uint8_t digest[DIGEST_SIZE];
	unsigned key =
		usb_mock_plug(*state, &(struct softkey_options){ .serial = SERIAL });
	assert_int_equal(softkey_fixture_program(2, make_hmac, NULL), 0);
	usb_mock_unplug(*state, key);
	assert_int_equal(softkey_fixture_ask(2, false, "Hi There", 8, digest), YK_ENOKEY);
	usb_mock_replug(*state, key);
	assert_int_equal(softkey_fixture_ask(2, false, "Hi There", 8, digest), 0);
	assert_digest(digest, "b617318655057264e28bc0b6fb378c8ef146be00");
}

static void hides_its_serial_when_no_slot_shows_it(void **state)
{
	usb_mock_plug(*state, &(struct softkey_options){ .serial = SERIAL });
	assert_true(softkey_fixture_has_serial());
	assert_int_equal(softkey_fixture_program(1, make_otp, NULL), 0);
	assert_false(softkey_fixture_has_serial());
	assert_int_equal(softkey_fixture_program(2, make_hmac, NULL), 0);
	assert_true(softkey_fixture_has_serial());
}

static void old_firmware_lacks_what_came_later(void **state)
{
	uint8_t digest[DIGEST_SIZE];
	struct softkey_options options = { .serial = SERIAL, .firmware = { 2, 1, 2 } };
	usb_mock_plug(*state, &options);
	assert_false(softkey_fixture_has_serial());
	assert_int_equal(softkey_fixture_program(1, make_otp, NULL), 0);
	assert_int_equal(softkey_fixture_touch_level(),
			 CONFIG1_VALID); // the bits of touch came with 3.0
	assert_int_equal(
		softkey_fixture_ask(1, false, CHALLENGE, sizeof CHALLENGE, digest),
		YK_ETIMEOUT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_a_bed(shows_firmware_and_slots),
		on_a_bed(programs_each_kind_in_each_slot),
		on_a_bed(answers_with_the_secret_just_programmed),
		on_a_bed(erases_and_falls_silent),
		on_a_bed(takes_no_write_without_the_access_code),
		on_a_bed(erases_a_protected_slot_with_its_code),
		on_a_bed(updates_only_what_allows_it),
		on_a_bed(keeps_what_it_was_programmed_with_out_of_the_port),
		on_a_bed(hides_its_serial_when_no_slot_shows_it),
		on_a_bed(old_firmware_lacks_what_came_later),
	};
	return cmocka_run_group_tests_name("program", tests, NULL, NULL) ? 1 : 0;
}
