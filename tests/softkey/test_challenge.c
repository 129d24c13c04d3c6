/* Challenges through the real libykpers, libusb and libudev. */
#include <string.h>

#include "rig.h"

static void answers_rfc_2202(void **state)
{
	// The cases whose keys have 20 bytes at most and whose data fits a frame.
	static const struct {
		uint8_t key[SOFTKEY_SECRET_SIZE];
		const char *data;
		unsigned len;
		const char *digest;
	} cases[] = {
		{ "\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b",
		  "Hi There", 8, "b617318655057264e28bc0b6fb378c8ef146be00" },
		{ "Jefe", "what do ya want for nothing?", 28,
		  "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79" },
		{ "\x0c\x0c\x0c\x0c\x0c\x0c\x0c\x0c\x0c\x0c\x0c\x0c\x0c\x0c\x0c\x0c\x0c\x0c\x0c\x0c",
		  "Test With Truncation", 20,
		  "4c1a03424b55e07fe7f27be1d58bb9324a9a5a04" },
	};
	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint8_t digest[DIGEST_SIZE];
		struct softkey_options options = hmac_key();
		memcpy(options.slot[1].secret, cases[i].key, SOFTKEY_SECRET_SIZE);
		unsigned key = softkey_bed_plug(*state, &options);
		assert_int_equal(rig_ask(2, false, cases[i].data, cases[i].len, digest),
				 0);
		assert_digest(digest, cases[i].digest);
		softkey_bed_unplug(*state, key);
	}
}

static void reads_its_serial(void **state)
{
	unsigned serial = 0;
	softkey_bed_plug(*state, &(struct softkey_options){ .serial = SERIAL });
	YK_KEY *yk = rig_open(0);
	assert_true(yk_get_serial(yk, 1, 0, &serial));
	assert_int_equal(serial, SERIAL);
	yk_close_key(yk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_a_bed(answers_rfc_2202),
		on_a_bed(reads_its_serial),
	};
	return cmocka_run_group_tests_name("challenge", tests, NULL, NULL) ? 1 : 0;
}
