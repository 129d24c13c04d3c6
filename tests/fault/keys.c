/* SPDX-License-Identifier: BSD-2-Clause */
/* The person's YubiKey: what it types, and the software key in the port. */
#include "fault_fixture.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "mfa/yubikey_driver.h"
#include "mfa/yubikey_otp.h"
#include "report.h"
#include "slot.h"
#include "wire.h"

enum {
	SERIAL = 7654321,
	SLOT = 2,
	FREE_TRIES = 3000, /* longer than mfa-usb ever runs */
	FREE_PAUSE_MS = 10,
};

static const unsigned char *secret(void)
{
	return (const unsigned char *)fault_fixture_secret;
}

void keys_save(enum mfa_kind kind, struct mfa_token *token)
{
	const struct mfa_yubikey key = { .serial = SERIAL,
					 .slot = SLOT,
					 .secret = secret() };
	/* the last one that was accepted */
	const struct mfa_yubikey_otp otp = { .counter = SCENE_COUNTER - 1,
					     .public_id = secret(),
					     .private_id = secret(),
					     .aes_key = secret() };
	int err = kind == MFA_KIND_YUBIKEY ? mfa_yubikey_save(&key, token)
					   : mfa_yubikey_otp_save(&otp, token);
	if (err != MFA_OK)
		die("enrol");
}

void keys_type(uint64_t counter, char *code, size_t size)
{
	struct softkey_setup setup = { .kind = SOFTKEY_OTP };
	char typed[SOFTKEY_CODE_SIZE];
	memcpy(setup.public_id, secret(), sizeof setup.public_id);
	memcpy(setup.private_id, secret(), sizeof setup.private_id);
	memcpy(setup.secret, secret(), MFA_YUBIKEY_AES_LEN);
	slot_type_at(&setup, (uint32_t)counter, typed);
	if (strlen(typed) != MFA_YUBIKEY_CODE_LEN)
		die("the software key types no code");
	(void)snprintf(code, size, "%s", typed);
}

void keys_wait(void)
{
	int fd = open("/run/pam_mfa", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (int i = 0; fd >= 0 && i < FREE_TRIES; i++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			break;
		(void)poll(NULL, 0, FREE_PAUSE_MS);
	}
	(void)close(fd);
}

void keys_plug(bool is_right)
{
	char hex[2 * MFA_YUBIKEY_SECRET_LEN + 1];
	char line[128];
	char text[WIRE_DATA_SIZE];
	for (size_t i = 0; i < MFA_YUBIKEY_SECRET_LEN; i++)
		(void)snprintf(hex + 2 * i, sizeof hex - 2 * i, "%02x",
			       secret()[i] ^ (is_right ? 0U : 1U));
	(void)snprintf(line, sizeof line, "new serial=%d slot%d=hmac:%s", SERIAL, SLOT,
		       hex);
	if (wire_command("reset", text) != 0 || wire_command(line, text) != 0)
		die("softkeyd: run it by tests/softkey/enter");
}
