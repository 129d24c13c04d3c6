/* SPDX-License-Identifier: BSD-2-Clause */
/* Challenges through the real libykpers, libusb and libudev. */
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "softkey_fixture.h"

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
		unsigned key = usb_mock_plug(*state, &options);
		assert_int_equal(softkey_fixture_ask(2, false, cases[i].data,
						     cases[i].len, digest),
				 0);
		assert_digest(digest, cases[i].digest);
		usb_mock_unplug(*state, key);
	}
}

static void reads_its_serial(void **state)
{
	unsigned serial = 0;
	usb_mock_plug(*state, &(struct softkey_options){ .serial = SERIAL });
	YK_KEY *yk = softkey_fixture_open(0);
	assert_true(yk_get_serial(yk, 1, 0, &serial));
	assert_int_equal(serial, SERIAL);
	yk_close_key(yk);
}

static void ask(const void *challenge, unsigned len,
		uint8_t ret_digest[static DIGEST_SIZE])
{
	assert_int_equal(softkey_fixture_ask(2, true, challenge, len, ret_digest), 0);
}

static void assert_alike(const uint8_t *one, const uint8_t *other, bool alike)
{
	assert_true((memcmp(one, other, DIGEST_SIZE) == 0) == alike);
}

static void short_challenges_lose_the_bytes_that_look_like_padding(void **state)
{
	uint8_t whole[64], one[DIGEST_SIZE], other[DIGEST_SIZE];
	struct softkey_options options = hmac_key();
	usb_mock_plug(*state, &options);
	ask("zeros\0\0\0", 8, one); // ykpers pads with zeros
	ask("zeros", 5, other);
	assert_alike(one, other, true);

	// A challenge that fills the frame is its own padding.
	memset(whole, 'x', sizeof whole);
	memcpy(whole, "filled", 6);
	ask(whole, 64, one);
	ask("filled", 6, other);
	assert_alike(one, other, true);

	ask(CHALLENGE, sizeof CHALLENGE, one);
	ask(CHALLENGE, sizeof CHALLENGE - 1, other);
	assert_alike(one, other, false);
}

static void without_lt64_all_of_the_frame_counts(void **state)
{
	uint8_t one[DIGEST_SIZE], other[DIGEST_SIZE], whole[64] = "zeros";
	struct softkey_options options = hmac_key();
	options.slot[1].whole_block = true;
	unsigned key = usb_mock_plug(*state, &options);
	ask("zeros", 5, one);
	ask(whole, sizeof whole, other);
	assert_alike(one, other, true);
	usb_mock_unplug(*state, key);

	options.slot[1].whole_block = false;
	usb_mock_plug(*state, &options);
	ask("zeros", 5, other);
	assert_alike(one, other, false);
}

static void firmware_2_2_without_lt64_answers_everything_alike(void **state)
{
	static const struct {
		uint8_t minor;
		bool whole_block, alike;
	} cases[] = { { 2, true, true }, { 2, false, false }, { 3, true, false } };
	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint8_t one[DIGEST_SIZE], other[DIGEST_SIZE];
		struct softkey_options options = hmac_key();
		options.firmware = (struct softkey_firmware){ 2, cases[i].minor, 3 };
		options.slot[1].whole_block = cases[i].whole_block;
		unsigned key = usb_mock_plug(*state, &options);
		ask("one", 3, one);
		ask("other", 5, other);
		assert_alike(one, other, cases[i].alike);
		usb_mock_unplug(*state, key);
	}
}

static void opens_every_generation(void **state)
{
	static const struct softkey_firmware all[] = {
		{ 2, 1, 2 }, { 2, 2, 3 }, { 2, 4, 3 }, { 3, 4, 9 }, { 4, 3, 7 },
		{ 5, 1, 2 }, { 5, 2, 7 }, { 5, 4, 3 }, { 5, 7, 1 },
	};
	for (unsigned i = 0; i < sizeof all / sizeof *all; i++) {
		YK_STATUS *status = ykds_alloc();
		struct softkey_options options = { .firmware = all[i] };
		unsigned key = usb_mock_plug(*state, &options);
		YK_KEY *yk = softkey_fixture_open(0);
		assert_true(yk_get_status(yk, status));
		assert_int_equal(ykds_version_major(status), all[i].major);
		assert_int_equal(ykds_version_minor(status), all[i].minor);
		yk_close_key(yk);
		ykds_free(status);
		usb_mock_unplug(*state, key);
	}
}

static void finds_each_of_several_keys(void **state)
{
	unsigned seen = 0;
	// Not while libusb listens: more news of devices than its queue has room for end
	// the process that sends them.
	assert_true(yk_release());
	for (unsigned i = 0; i < SOFTKEY_KEYS; i++)
		usb_mock_plug(*state, &(struct softkey_options){ .serial = SERIAL + i });
	assert_true(yk_init());
	for (int i = 0; i < SOFTKEY_KEYS; i++) {
		unsigned serial = 0;
		YK_KEY *yk = softkey_fixture_open(i);
		assert_true(yk_get_serial(yk, 1, 0, &serial));
		assert_in_range(serial, SERIAL, SERIAL + SOFTKEY_KEYS - 1);
		seen |= 1U << (serial - SERIAL);
		yk_close_key(yk);
	}
	assert_int_equal(seen, (1U << SOFTKEY_KEYS) - 1);
	assert_null(yk_open_key(SOFTKEY_KEYS));
	assert_int_equal(yk_errno, YK_ENOKEY);
}

static void a_key_that_is_in_use_is_busy(void **state)
{
	unsigned serial = 0;
	usb_mock_plug(*state, &(struct softkey_options){ .serial = SERIAL });
	YK_KEY *first = softkey_fixture_open(0), *second = softkey_fixture_open(0);
	// Closing gives the interface back to the kernel's driver, under the first one's
	// feet.
	assert_true(yk_close_key(second));
	assert_false(yk_get_serial(first, 1, 0, &serial));
	assert_int_equal(yk_errno, YK_EUSBERR);
	assert_non_null(strstr(yk_usb_strerror(), "busy"));
	yk_close_key(first);
	first = softkey_fixture_open(0);
	assert_true(yk_get_serial(first, 1, 0, &serial));
	yk_close_key(first);
}

struct asking {
	pid_t child;
	int result; /* where the child writes what softkey_fixture_ask gave */
};

static struct asking start_asking(void)
{
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	pid_t child = fork();
	assert_int_not_equal(child, -1);
	if (child == 0) {
		uint8_t digest[DIGEST_SIZE];
		int err = yk_init() ? softkey_fixture_ask(2, true, CHALLENGE,
							  sizeof CHALLENGE, digest)
				    : -1;
		_exit(write(ends[1], &err, sizeof err) != (ssize_t)sizeof err);
	}
	close(ends[1]);
	return (struct asking){ .child = child, .result = ends[0] };
}

static int end_of(struct asking asking)
{
	int err;
	assert_int_equal(read(asking.result, &err, sizeof err), sizeof err);
	close(asking.result);
	assert_int_equal(waitpid(asking.child, NULL, 0), asking.child);
	return err;
}

static void two_processes_at_once_disturb_each_other(void **state)
{
	struct softkey_options options = hmac_key();
	unsigned disturbed = 0;
	usb_mock_plug(*state, &options);
	yk_release();
	assert_int_equal(end_of(start_asking()), 0);
	for (int i = 0; i < 50 && disturbed == 0; i++) {
		struct asking one = start_asking(), other = start_asking();
		disturbed += end_of(one) != 0;
		disturbed += end_of(other) != 0;
	}
	assert_int_not_equal(disturbed, 0);
	assert_int_equal(end_of(start_asking()), 0);
	assert_true(yk_init());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_a_bed(answers_rfc_2202),
		on_a_bed(reads_its_serial),
		on_a_bed(short_challenges_lose_the_bytes_that_look_like_padding),
		on_a_bed(without_lt64_all_of_the_frame_counts),
		on_a_bed(firmware_2_2_without_lt64_answers_everything_alike),
		on_a_bed(opens_every_generation),
		on_a_bed(finds_each_of_several_keys),
		on_a_bed(a_key_that_is_in_use_is_busy),
		on_a_bed(two_processes_at_once_disturb_each_other),
	};
	return cmocka_run_group_tests_name("challenge", tests, NULL, NULL) ? 1 : 0;
}
