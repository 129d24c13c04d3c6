/* SPDX-License-Identifier: BSD-2-Clause */
#include "softkey_fixture.h"

#include <stdio.h>
#include <string.h>

const uint8_t CHALLENGE[63] =
	"a challenge that fills its frame but for the last byte, so: !!!";

int softkey_fixture_setup(void **state)
{
	*state = usb_mock_new();
	return yk_init() ? 0 : -1;
}

int softkey_fixture_teardown(void **state)
{
	yk_release();
	usb_mock_free(*state);
	return 0;
}

struct softkey_options hmac_key(void)
{
	return (struct softkey_options){
		.serial = SERIAL,
		.slot[1] = { .kind = SOFTKEY_HMAC, .secret = "secret of slot two!" },
	};
}

YK_KEY *softkey_fixture_open(int n)
{
	YK_KEY *yk = yk_open_key(n);
	assert_non_null(yk);
	return yk;
}

int softkey_fixture_ask(int slot, bool wait, const void *challenge, unsigned len,
			uint8_t ret_digest[static DIGEST_SIZE])
{
	unsigned char response[RESPONSE_SIZE];
	yk_errno = 0;
	YK_KEY *yk = yk_open_key(0);
	if (!yk)
		return yk_errno;
	uint8_t command = slot == 1 ? SLOT_CHAL_HMAC1 : SLOT_CHAL_HMAC2;
	int done = yk_challenge_response(yk, command, wait, len, challenge,
					 sizeof response, response);
	int err = done ? 0 : yk_errno;
	yk_close_key(yk);
	if (done)
		memcpy(ret_digest, response, DIGEST_SIZE);
	return err;
}

void assert_digest(const uint8_t digest[static DIGEST_SIZE], const char *hex)
{
	char text[2 * DIGEST_SIZE + 1];
	for (unsigned i = 0; i < DIGEST_SIZE; i++)
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
	assert_string_equal(text, hex);
}

int softkey_fixture_program(int slot, void (*change)(YKP_CONFIG *config),
			    const uint8_t *access)
{
	unsigned char code[SOFTKEY_ACCESS_SIZE];
	YK_STATUS *status = ykds_alloc();
	YKP_CONFIG *config = ykp_alloc();
	YK_KEY *yk = softkey_fixture_open(0);
	if (access)
		memcpy(code, access, sizeof code);
	assert_true(yk_get_status(yk, status));
	assert_true(ykp_configure_for(config, slot, status));
	assert_true(ykp_clear_config(config));
	if (change)
		change(config);
	int done = yk_write_config(yk, change ? ykp_core_config(config) : NULL, slot,
				   access ? code : NULL);
	int err = done ? 0 : yk_errno;
	yk_close_key(yk);
	ykp_free_config(config);
	ykds_free(status);
	return err;
}

void make_hmac(YKP_CONFIG *config)
{
	assert_int_equal(
		ykp_HMAC_key_from_hex(config, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"),
		0);
	assert_true(ykp_set_tktflag_CHAL_RESP(config, true));
	assert_true(ykp_set_cfgflag_CHAL_HMAC(config, true));
	assert_true(ykp_set_cfgflag_HMAC_LT64(config, true));
	assert_true(ykp_set_extflag_SERIAL_API_VISIBLE(config, true));
}

YK_STATUS *softkey_fixture_read_status(void)
{
	YK_STATUS *status = ykds_alloc();
	YK_KEY *yk = softkey_fixture_open(0);
	assert_true(yk_get_status(yk, status));
	yk_close_key(yk);
	return status;
}

int softkey_fixture_touch_level(void)
{
	YK_STATUS *status = softkey_fixture_read_status();
	int level = ykds_touch_level(status);
	ykds_free(status);
	return level;
}

int softkey_fixture_sequence(void)
{
	YK_STATUS *status = softkey_fixture_read_status();
	int number = ykds_pgm_seq(status);
	ykds_free(status);
	return number;
}

bool softkey_fixture_has_serial(void)
{
	unsigned serial = 0;
	YK_KEY *yk = softkey_fixture_open(0);
	bool read = yk_get_serial(yk, 1, 0, &serial);
	yk_close_key(yk);
	assert_true(!read || serial == SERIAL);
	return read;
}

void make_touch(YKP_CONFIG *config)
{
	make_hmac(config);
	assert_true(ykp_set_cfgflag_CHAL_BTN_TRIG(config, true));
}
