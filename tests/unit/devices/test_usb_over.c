/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/devices/usb.c and mfa-usb: a caller that has no more need of the outcome, at each
 * transfer. */
#include "mfa/usb.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "driver_fixture.h"

enum {
	TRANSFERS_MAX = 100,
	LONG_MS = 60000,
	SOON_MS = 10000, /* on a busy machine */
};

/* A fixture, and a folder with plug-in and mfa-usb. */
struct site {
	struct driver_fixture fixture;
	struct sandbox box;
};

static volatile sig_atomic_t has_come;

static void note_signal(int number)
{
	has_come = number;
}

static bool is_over(void)
{
	return has_come != 0;
}

static int setup(void **state)
{
	struct site *site = calloc(1, sizeof *site);
	if (site == NULL || signal(SIGUSR1, note_signal) == SIG_ERR)
		return -1;
	*state = site;
	has_come = 0;
	site->fixture.mock = usb_mock_new();
	sandbox_open(&site->box);
	install_plugin(site->box.root);
	install_usb(site->box.root);
	return 0;
}

static int teardown(void **state)
{
	struct site *site = *state;
	usb_mock_free(site->fixture.mock);
	sandbox_close(&site->box);
	free(site);
	return 0;
}

#define at_a_site(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static void open_usb(struct site *site, struct mfa_usb *ret_usb)
{
	site->fixture.diag.text[0] = '\0';
	assert_done(mfa_usb_open(site->box.root, &site->fixture.diag, ret_usb),
		    &site->fixture.diag);
	ret_usb->is_over = is_over;
}

static enum mfa_yubikey_result program(struct site *site)
{
	MFA_CLEANUP(mfa_usb_close) struct mfa_usb usb = { .channel = -1 };
	const struct mfa_yubikey_program wanted = { .at = { KEY_SERIAL, KEY_SLOT },
						    .secret = key_secret,
						    .may_overwrite = true,
						    .timeout_ms = LONG_MS };
	open_usb(site, &usb);
	return mfa_usb_program(&usb, &wanted, &site->fixture.diag, &site->fixture.write);
}

/* What it says of the slot is true, and exact: nobody has pulled the key out. */
static void an_interrupted_order_tells_what_the_key_holds(void **state)
{
	struct site *site = *state;
	struct usb_mock *mock = site->fixture.mock;
	unsigned at = 1;
	unsigned key =
		usb_mock_plug(mock, &(struct softkey_options){ .serial = KEY_SERIAL });
	for (has_come = SIGUSR1; has_come != 0 && at < TRANSFERS_MAX; at++) {
		const struct softkey_faults faults = { .signal = { at, getpid(),
								   SIGUSR1 } };
		unsigned before = usb_mock_counts(mock, key).writes;
		has_come = 0;
		usb_mock_set_faults(mock, key, &faults);
		enum mfa_yubikey_result result = program(site);
		unsigned written = usb_mock_counts(mock, key).writes - before;
		assert_int_equal(site->fixture.write,
				 written == 1 ? MFA_YUBIKEY_WRITTEN : MFA_YUBIKEY_KEPT);
		assert_int_equal(result == MFA_YUBIKEY_DONE, written == 1);
		assert_false(usb_mock_counts(mock, key).detached);
	}
	assert_in_range(at, 20, TRANSFERS_MAX - 1);
}

/* Another has the turn. */
static void an_order_that_waits_writes_nothing(void **state)
{
	struct site *site = *state;
	struct usb_mock *mock = site->fixture.mock;
	unsigned key =
		usb_mock_plug(mock, &(struct softkey_options){ .serial = KEY_SERIAL });
	assert_int_equal(program(site), MFA_YUBIKEY_DONE); /* makes the folder */
	int fd = open("/run/pam_mfa", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	int64_t began = stopwatch();
	has_come = SIGUSR1;
	assert_int_equal(program(site), MFA_YUBIKEY_BUSY);
	assert_int_equal(site->fixture.write, MFA_YUBIKEY_KEPT);
	assert_in_range(stopwatch() - began, 0, SOON_MS);
	assert_int_equal(usb_mock_counts(mock, key).writes, 1);
	assert_int_equal(close(fd), 0);
}

/* For the touch: it ends soon, and the key no longer blinks and types again. */
static void a_wait_ends(void **state)
{
	struct site *site = *state;
	struct usb_mock *mock = site->fixture.mock;
	MFA_CLEANUP(mfa_usb_close) struct mfa_usb usb = { .channel = -1 };
	unsigned char challenge[MFA_YUBIKEY_CHALLENGE_LEN];
	const struct mfa_yubikey_slot slot = { KEY_SERIAL, KEY_SLOT };
	const struct mfa_yubikey_order order = {
		.slots = &slot, .count = 1, .challenge = challenge, .timeout_ms = LONG_MS
	};
	const struct softkey_faults faults = { .touch_after = SOFTKEY_NEVER,
					       .signal = { 40, getpid(), SIGUSR1 } };
	unsigned key = driver_fixture_plug_touch(&site->fixture, faults);
	int64_t began = stopwatch();
	open_usb(site, &usb);
	mfa_yubikey_challenge(challenge);
	assert_int_not_equal(mfa_usb_respond(&usb, &order, &site->fixture.diag,
					     &site->fixture.other, &site->fixture.answer),
			     MFA_YUBIKEY_DONE);
	assert_in_range(stopwatch() - began, 0, SOON_MS);
	assert_int_equal(has_come, SIGUSR1);
	assert_int_equal(usb_mock_counts(mock, key).challenges, 1);
	assert_false(usb_mock_counts(mock, key).waiting);
	assert_false(usb_mock_counts(mock, key).detached);
}

/* It is short; the key is given back. */
static void a_list_ends(void **state)
{
	struct site *site = *state;
	MFA_CLEANUP(mfa_usb_close) struct mfa_usb usb = { .channel = -1 };
	unsigned key = driver_fixture_plug(&site->fixture, KEY_SERIAL,
					   (struct softkey_faults){ .mute = true });
	int64_t began = stopwatch();
	has_come = SIGUSR1;
	open_usb(site, &usb);
	(void)mfa_usb_list(&usb, LONG_MS, &site->fixture.diag, site->fixture.ports,
			   &site->fixture.count);
	assert_in_range(stopwatch() - began, 0, SOON_MS);
	while (usb_mock_counts(site->fixture.mock, key).detached)
		assert_in_range(stopwatch() - began, 0, SOON_MS);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		at_a_site(an_interrupted_order_tells_what_the_key_holds),
		at_a_site(an_order_that_waits_writes_nothing),
		at_a_site(a_wait_ends),
		at_a_site(a_list_ends),
	};
	return keys_main("usb_over", tests, argc, argv);
}
