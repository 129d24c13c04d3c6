/* SPDX-License-Identifier: BSD-2-Clause */
/* What the button types: opened again with libyubikey, compared with published vectors.
 */
#include <stdio.h>
#include <string.h>
#include <yubikey.h>

#include "softkey_fixture.h"

static const uint8_t AES_KEY[16] = "sixteen bytes ..";

static struct softkey_options otp_key(void)
{
	struct softkey_options options = {
		.slot[0] = { .kind = SOFTKEY_OTP,
			     .public_id = { 0x00, 0x12, 0x34, 0x56, 0x78, 0x9a },
			     .private_id = { 1, 2, 3, 4, 5, 6 } },
	};
	memcpy(options.slot[0].secret, AES_KEY, sizeof AES_KEY);
	return options;
}

static yubikey_token_st open_code(const char *code)
{
	yubikey_token_st token;
	assert_int_equal(strlen(code), 44);
	assert_memory_equal(code, "ccbdefghijkl", 12); // the public id
	yubikey_parse((const uint8_t *)code + 12, AES_KEY, &token);
	assert_true(yubikey_crc_ok_p((uint8_t *)&token));
	assert_memory_equal(token.uid, "\1\2\3\4\5\6", sizeof token.uid);
	return token;
}

static yubikey_token_st type(struct usb_mock *mock, unsigned key)
{
	char code[SOFTKEY_CODE_SIZE];
	usb_mock_type(mock, key, 1, code);
	return open_code(code);
}

static void counts_sessions_and_uses(void **state)
{
	struct softkey_options options = otp_key();
	unsigned key = usb_mock_plug(*state, &options);
	for (unsigned use = 1; use <= 3; use++) {
		for (unsigned session = 0; session < 3; session++) {
			yubikey_token_st token = type(*state, key);
			assert_int_equal(token.ctr, use);
			assert_int_equal(token.use, session);
		}
		usb_mock_unplug(*state, key);
		usb_mock_replug(*state, key);
	}
}

static void plugging_in_alone_counts_nothing(void **state)
{
	struct softkey_options options = otp_key();
	unsigned key = usb_mock_plug(*state, &options);
	for (int i = 0; i < 3; i++) {
		usb_mock_unplug(*state, key);
		usb_mock_replug(*state, key);
	}
	assert_int_equal(type(*state, key).ctr, 1);
}

static void a_full_session_begins_the_next_use(void **state)
{
	struct softkey_options options = otp_key();
	unsigned key = usb_mock_plug(*state, &options);
	for (unsigned i = 0; i < 256; i++) {
		yubikey_token_st token = type(*state, key);
		assert_int_equal(token.ctr, 1);
		assert_int_equal(token.use, i);
	}
	yubikey_token_st token = type(*state, key);
	assert_int_equal(token.ctr, 2);
	assert_int_equal(token.use, 0);
}

static void make_otp(YKP_CONFIG *config)
{
	unsigned char fixed[] = { 0x00, 0x12, 0x34, 0x56, 0x78, 0x9a };
	unsigned char uid[] = { 1, 2, 3, 4, 5, 6 };
	char raw[16];
	memcpy(raw, AES_KEY, sizeof raw);
	assert_int_equal(ykp_AES_key_from_raw(config, raw), 0);
	assert_true(ykp_set_fixed(config, fixed, sizeof fixed));
	assert_true(ykp_set_uid(config, uid, sizeof uid));
}

static void programming_starts_the_counters_anew(void **state)
{
	struct softkey_options options = otp_key();
	unsigned key = usb_mock_plug(*state, &options);
	(void)type(*state, key);
	(void)type(*state, key);
	assert_int_equal(softkey_fixture_program(1, make_otp, NULL), 0);
	yubikey_token_st token = type(*state, key);
	assert_int_equal(token.ctr, 1);
	assert_int_equal(token.use, 0);
}

// The HOTP values of RFC 4226, appendix D.
static const char *const HOTP[] = { "755224", "287082", "359152", "969429", "338314",
				    "254676", "287922", "162583", "399871", "520489" };

static void types_rfc_4226(void **state)
{
	char code[SOFTKEY_CODE_SIZE];
	struct softkey_options options = {
		.slot[1] = { .kind = SOFTKEY_HOTP, .secret = "1234567890123456789" }
	};
	options.slot[1].secret[SOFTKEY_SECRET_SIZE - 1] = '0';
	unsigned key = usb_mock_plug(*state, &options);
	for (unsigned i = 0; i < sizeof HOTP / sizeof *HOTP; i++) {
		usb_mock_type(*state, key, 2, code);
		assert_string_equal(code, HOTP[i]);
	}
}

// The sixth of the values of RFC 4226's appendix D is 868254676 before it is cut.
static void make_hotp(YKP_CONFIG *config)
{
	unsigned char identifier[] = { 0xe1, 0x63, 0x12, 0x34, 0x56, 0x78 };
	assert_int_equal(
		ykp_HMAC_key_from_hex(config, "3132333435363738393031323334353637383930"),
		0);
	assert_true(ykp_set_tktflag_OATH_HOTP(config, true));
	assert_true(ykp_set_cfgflag_OATH_HOTP8(config, true));
	assert_true(ykp_set_cfgflag_OATH_FIXED_MODHEX2(config, true));
	assert_true(ykp_set_fixed(config, identifier, sizeof identifier));
}

static void types_eight_digits_after_the_token_identifier(void **state)
{
	char code[SOFTKEY_CODE_SIZE];
	unsigned key =
		usb_mock_plug(*state, &(struct softkey_options){ .serial = SERIAL });
	assert_int_equal(softkey_fixture_program(2, make_hotp, NULL), 0);
	for (int i = 0; i < 6; i++)
		usb_mock_type(*state, key, 2, code);
	assert_string_equal(code, "ubhe1234567868254676");
}

static void begin_at_32(YKP_CONFIG *config)
{
	make_hotp(config);
	assert_true(ykp_set_cfgflag_OATH_HOTP8(config, false));
	assert_true(ykp_set_oath_imf(config, 32));
}

static void begins_at_the_counter_it_was_given(void **state)
{
	char from_32[SOFTKEY_CODE_SIZE], code[SOFTKEY_CODE_SIZE];
	struct softkey_options options = {
		.slot[0] = { .kind = SOFTKEY_HOTP, .secret = "1234567890123456789" }
	};
	options.slot[0].secret[SOFTKEY_SECRET_SIZE - 1] = '0';
	unsigned key = usb_mock_plug(*state, &options);
	assert_int_equal(softkey_fixture_program(2, begin_at_32, NULL), 0);
	usb_mock_type(*state, key, 2, from_32);
	for (int i = 0; i <= 32; i++)
		usb_mock_type(*state, key, 1, code);
	assert_string_equal(from_32 + strlen("ubhe12345678"), code);
}

static void nothing_is_typed_where_nothing_types(void **state)
{
	char code[SOFTKEY_CODE_SIZE];
	struct softkey_options options = hmac_key();
	unsigned key = usb_mock_plug(*state, &options);
	for (unsigned slot = 1; slot <= SOFTKEY_SLOTS; slot++) {
		usb_mock_type(*state, key, slot, code);
		assert_string_equal(code, "");
	}
	options = otp_key();
	key = usb_mock_plug(*state, &options);
	usb_mock_unplug(*state, key);
	usb_mock_type(*state, key, 1, code);
	assert_string_equal(code, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_a_bed(counts_sessions_and_uses),
		on_a_bed(plugging_in_alone_counts_nothing),
		on_a_bed(a_full_session_begins_the_next_use),
		on_a_bed(programming_starts_the_counters_anew),
		on_a_bed(types_rfc_4226),
		on_a_bed(types_eight_digits_after_the_token_identifier),
		on_a_bed(begins_at_the_counter_it_was_given),
		on_a_bed(nothing_is_typed_where_nothing_types),
	};
	return cmocka_run_group_tests_name("typed", tests, NULL, NULL) ? 1 : 0;
}
