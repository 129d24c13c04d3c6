/* The driver of YubiKeys as it was built, and software keys in the ports it looks at. */
#pragma once

#include "bed.h"
#include "login.h"
#include "mfa/yubikey.h"

/* Where the plug-in was built: the test program's first argument. */
extern const char *plugin_path;

/* Gives this process a /run of its own, so that no login of this machine is in the way.
 * The driver's lock stands there. */
void own_run(void);

/* Puts the plug-in into the folder, as an installation does. */
void install_plugin(const char *folder);
/* The driver of the plug-in. It stays loaded. */
const struct mfa_yubikey_driver *open_driver(void);

/* Runs a group from main with the plug-in as argument, on a /run of its own. */
#define keys_main(name, tests, argc, argv)                                \
	(!can_run_tests()                                                 \
		 ? EXIT_SKIPPED                                           \
		 : (plugin_path = (argc) > 1 ? (argv)[1] : "", own_run(), \
		    cmocka_run_group_tests_name(name, tests, NULL, NULL) ? 1 : 0))

/* The secret of the keys below, and a key that has it in its second slot. */
extern const unsigned char key_secret[MFA_YUBIKEY_SECRET_LEN];
enum {
	KEY_SERIAL = 7654321,
	KEY_SLOT = 2
};
struct softkey_options soft_key(uint32_t serial);

/* The token that goes with it. */
struct mfa_token key_token(uint32_t serial, unsigned slot);

/* What the clock of CLOCK_MONOTONIC says, in milliseconds. */
int64_t stopwatch(void);
