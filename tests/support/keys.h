/* SPDX-License-Identifier: BSD-2-Clause */
/* The driver of YubiKeys as it was built, and software keys in the ports it looks at. */
#pragma once

#include "login.h"
#include "mfa/yubikey_driver.h"
#include "usb_mock.h"

/* Where the plug-in, and mfa-usb for a mock, were built: the test program's arguments. */
extern const char *plugin_path;
extern const char *usb_path;

/* Gives this process a /run of its own, so that no login of this machine is in the way.
 * The driver's lock is there. */
bool own_run(void);

/* Puts the plug-in into the folder, as an installation does; and an mfa-usb that finds
 * the mock, which must be there already. */
void install_plugin(const char *folder);
void install_usb(const char *folder);
/* The driver of the plug-in. It stays loaded. */
const struct mfa_yubikey_driver *open_driver(void);

/* Runs a group from main with these arguments, on a /run of its own. */
#define keys_main(name, tests, argc, argv)                                         \
	(plugin_path = (argc) > 1 ? (argv)[1] : "",                                \
	 usb_path = (argc) > 2 ? (argv)[2] : "",                                   \
	 can_run_tests() && own_run() &&                                           \
			 cmocka_run_group_tests_name(name, tests, NULL, NULL) == 0 \
		 ? EXIT_SUCCESS                                                    \
		 : EXIT_FAILURE)

/* The secret of the keys below, and a key that has it in its second slot. */
extern const unsigned char key_secret[MFA_YUBIKEY_SECRET_LEN];
enum {
	KEY_SERIAL = 7654321,
	KEY_SLOT = 2
};
struct softkey_options soft_key(uint32_t serial);

/* The token that goes with it. */
struct mfa_token key_token(uint32_t serial, unsigned slot);

/* A host on which taro has a key and a TOTP token, hanako a TOTP token. Its
 * yubikey_timeout is long enough for a busy machine. */
struct key_driver_fixture {
	struct test_host host; /* first: login.h takes it for *state */
	struct usb_mock *mock;
	char plugins[64];
	unsigned key; /* plugged in last */
};

/* For cmocka: *state is a struct key_driver_fixture; no key is plugged in, the host is
 * closed. */
int key_desk_setup(void **state);
int key_desk_teardown(void **state);
#define with_key_driver_fixture(test) \
	cmocka_unit_test_setup_teardown(test, key_desk_setup, key_desk_teardown)

/* Plugs in a soft_key that wants to be touched. */
void plug_touch_key(struct key_driver_fixture *fixture, uint32_t serial,
		    struct softkey_faults faults);
/* A login there. */
struct outcome come(void **state, struct attempt attempt);
/* How many failures in a row the user's record has. */
void assert_failures(void **state, const char *user, uint32_t failures);

/* What the clock of CLOCK_MONOTONIC says, in milliseconds. */
int64_t stopwatch(void);
