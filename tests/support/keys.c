/* SPDX-License-Identifier: BSD-2-Clause */
#include "keys.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>

const char *plugin_path;
const char *usb_path;

const unsigned char key_secret[MFA_YUBIKEY_SECRET_LEN] = "secret of slot two!";

bool own_run(void)
{
	if (unshare(CLONE_NEWNS) == 0 &&
	    mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) == 0 &&
	    mount("tmpfs", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") == 0)
		return true;
	perror("cannot have a /run of my own");
	return false;
}

void install_plugin(const char *folder)
{
	enum {
		SIZE = 16 << 20
	};
	char path[256];
	char *bytes = malloc(SIZE);
	assert_non_null(bytes);
	size_t len = read_bytes(plugin_path, bytes, SIZE);
	assert_in_range(len, 1, SIZE - 1);
	(void)snprintf(path, sizeof path, "%s/yubikey.so", folder);
	write_bytes(path, bytes, len);
	free(bytes);
}

/* The product clears its environment; umockdev's library has what it needs from there. */
void install_usb(const char *folder)
{
	char path[256];
	char script[1024];
	const char *mock = getenv("UMOCKDEV_DIR");
	assert_non_null(mock);
	(void)snprintf(path, sizeof path, "%s/mfa-usb", folder);
	(void)snprintf(script, sizeof script, "#!/bin/sh\nUMOCKDEV_DIR=%s exec %s\n",
		       mock, usb_path);
	write_text(path, script);
	assert_int_equal(chmod(path, 0755), 0);
}

const struct mfa_yubikey_driver *open_driver(void)
{
	struct sandbox box;
	struct mfa_diag diag = { .text = "" };
	const struct mfa_yubikey_driver *driver = NULL;
	sandbox_open(&box);
	install_plugin(box.root);
	int err = mfa_yubikey_driver_open(box.root, &diag, &driver);
	sandbox_close(&box);
	assert_done(err, &diag);
	return driver;
}

struct softkey_options soft_key(uint32_t serial)
{
	struct softkey_options options = {
		.serial = serial,
		.slot[KEY_SLOT - 1] = { .kind = SOFTKEY_HMAC },
	};
	memcpy(options.slot[KEY_SLOT - 1].secret, key_secret, sizeof key_secret);
	return options;
}

struct mfa_token key_token(uint32_t serial, unsigned slot)
{
	const struct mfa_yubikey key = { .serial = serial,
					 .slot = slot,
					 .secret = key_secret };
	struct mfa_token token = { .kind = MFA_KIND_YUBIKEY, .state = MFA_STATE_ACTIVE };
	assert_int_equal(mfa_yubikey_save(&key, &token), MFA_OK);
	return token;
}

int key_desk_setup(void **state)
{
	struct key_driver_fixture *fixture = calloc(1, sizeof *fixture);
	struct mfa_token tokens[] = { key_token(KEY_SERIAL, KEY_SLOT), { .label = "" } };
	if (fixture == NULL)
		return -1;
	*state = fixture;
	host_open(&fixture->host, "", "factors = yubikey totp\nyubikey_timeout = 5s");
	make_token(&totp_spec, &tokens[1]);
	enroll_tokens(fixture->host.host.store, "taro", tokens, 2);
	enroll_tokens(fixture->host.host.store, "hanako", tokens + 1, 1);
	mfa_site_close(&fixture->host.host); /* as it is when a login begins */
	(void)snprintf(fixture->plugins, sizeof fixture->plugins, "%s",
		       path_in(&fixture->host.box, "plugins"));
	assert_int_equal(mkdir(fixture->plugins, 0755), 0);
	install_plugin(fixture->plugins);
	fixture->mock = usb_mock_new();
	install_usb(fixture->plugins);
	return 0;
}

int key_desk_teardown(void **state)
{
	struct key_driver_fixture *fixture = *state;
	usb_mock_free(fixture->mock);
	host_close(&fixture->host);
	free(fixture);
	return 0;
}

void plug_touch_key(struct key_driver_fixture *fixture, uint32_t serial,
		    struct softkey_faults faults)
{
	struct softkey_options options = soft_key(serial);
	options.slot[KEY_SLOT - 1].touch = true;
	options.faults = faults;
	fixture->key = usb_mock_plug(fixture->mock, &options);
}

struct outcome come(void **state, struct attempt attempt)
{
	struct key_driver_fixture *fixture = *state;
	if (attempt.plugin_folder == NULL)
		attempt.plugin_folder = fixture->plugins;
	struct outcome outcome = login(state, attempt);
	assert_false(fixture->host.host.is_open);
	return outcome;
}

void assert_failures(void **state, const char *user, uint32_t failures)
{
	struct key_driver_fixture *fixture = *state;
	struct mfa_diag diag = { .text = "" };
	assert_done(mfa_site_open(&fixture->host.host, &diag), &diag);
	assert_int_equal(failures_of(state, user), failures);
	mfa_site_close(&fixture->host.host);
}

int64_t stopwatch(void)
{
	struct timespec now;
	assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &now), 0);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
