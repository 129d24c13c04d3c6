/* SPDX-License-Identifier: BSD-2-Clause */
#include "key_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "mfa/yubikey_driver.h"
#include "mfa/yubikey_otp.h"
#include "slot.h"
#include "wire.h"

enum {
	AT_AES = RIG_SECRET_LEN - MFA_YUBIKEY_AES_LEN,
	AT_ID = RIG_SECRET_LEN - MFA_YUBIKEY_PUBLIC_LEN, /* where numbers differ */
	SERIAL_BASE = 7000000,
	KEY_SLOT = 2,
	FREE_TRIES = 200,
	FREE_PAUSE_MS = 10,
};

static const char LOCK_FOLDER[] = "/run/pam_mfa";

const struct pam_fixture_code pam_fixture_enter = { "" };

struct material {
	char bytes[RIG_SECRET_LEN + 1];
};

static struct material material_of(unsigned secret)
{
	struct material material = { 0 };
	pam_fixture_fill_secret(secret, material.bytes);
	return material;
}

static const unsigned char *part(const struct material *material, size_t at)
{
	return (const unsigned char *)material->bytes + at;
}

uint32_t key_fixture_serial(unsigned secret)
{
	return SERIAL_BASE + secret;
}

void key_fixture_save(const struct pam_fixture_token *spec, struct mfa_token *token)
{
	const struct material material = material_of(spec->secret);
	const struct mfa_yubikey key = {
		.serial = key_fixture_serial(spec->secret),
		.slot = KEY_SLOT,
		.wants_touch = true,
		.secret = part(&material, 0),
	};
	const struct mfa_yubikey_otp otp = {
		.counter = (uint32_t)spec->counter,
		.public_id = part(&material, AT_ID),
		.private_id = part(&material, AT_ID),
		.aes_key = part(&material, AT_AES),
	};
	int err = spec->kind == MFA_KIND_YUBIKEY ? mfa_yubikey_save(&key, token)
						 : mfa_yubikey_otp_save(&otp, token);
	if (err != MFA_OK)
		pam_fixture_die("cannot make a YubiKey's token");
}

void key_fixture_claim(struct mfa_token *token, uint32_t serial)
{
	struct mfa_yubikey key;
	if (mfa_yubikey_load(token, &key) != MFA_OK)
		pam_fixture_die("a YubiKey's token cannot be read");
	key.serial = serial;
	if (mfa_yubikey_save(&key, token) != MFA_OK)
		pam_fixture_die("a YubiKey's token cannot be made anew");
}

struct pam_fixture_code pam_fixture_typed(unsigned secret, uint64_t counter)
{
	const struct material material = material_of(secret);
	struct softkey_setup setup = { .kind = SOFTKEY_OTP };
	char code[SOFTKEY_CODE_SIZE];
	struct pam_fixture_code typed;
	memcpy(setup.public_id, part(&material, AT_ID), sizeof setup.public_id);
	memcpy(setup.private_id, part(&material, AT_ID), sizeof setup.private_id);
	memcpy(setup.secret, part(&material, AT_AES), MFA_YUBIKEY_AES_LEN);
	slot_type_at(&setup, (uint32_t)counter, code);
	if (strlen(code) != MFA_YUBIKEY_CODE_LEN)
		pam_fixture_die("the software YubiKey types no code");
	(void)snprintf(typed.text, sizeof typed.text, "%.*s", MFA_YUBIKEY_CODE_LEN, code);
	return typed;
}

static size_t put_hex(char *text, size_t size, const unsigned char *bytes, size_t len)
{
	size_t at = 0;
	text[0] = '\0';
	for (size_t i = 0; i < len && at + 2 < size; i++)
		at += (size_t)snprintf(text + at, size - at, "%02x", bytes[i]);
	return at;
}

struct pam_fixture_line pam_fixture_csv(unsigned secret)
{
	const struct material material = material_of(secret);
	struct pam_fixture_line line;
	char id[MFA_YUBIKEY_MODHEX_SIZE];
	char private_id[2 * MFA_YUBIKEY_PRIVATE_LEN + 1];
	char aes_key[2 * MFA_YUBIKEY_AES_LEN + 1];
	mfa_yubikey_otp_format_id(part(&material, AT_ID), id);
	(void)put_hex(private_id, sizeof private_id, part(&material, AT_ID),
		      MFA_YUBIKEY_PRIVATE_LEN);
	(void)put_hex(aes_key, sizeof aes_key, part(&material, AT_AES),
		      MFA_YUBIKEY_AES_LEN);
	(void)snprintf(line.text, sizeof line.text, "%u,%s,%s,%s,000000000000,,\n",
		       key_fixture_serial(secret), id, private_id, aes_key);
	return line;
}

struct pam_fixture_text pam_fixture_softkey(const char *format, ...)
{
	struct pam_fixture_text answer;
	char line[256];
	va_list args;
	va_start(args, format);
	(void)vsnprintf(line, sizeof line, format, args);
	va_end(args);
	if (wire_command(line, answer.text) != 0)
		pam_fixture_die("softkeyd: %s", line);
	return answer;
}

void key_fixture_plug(unsigned secret)
{
	const struct material material = material_of(secret);
	char hex[2 * RIG_SECRET_LEN + 1];
	(void)put_hex(hex, sizeof hex, part(&material, 0), RIG_SECRET_LEN);
	(void)pam_fixture_softkey("reset");
	(void)pam_fixture_softkey("new serial=%u slot2=hmac:%s:touch",
				  key_fixture_serial(secret), hex);
}

unsigned key_fixture_fact(const char *name)
{
	char wanted[64];
	const struct pam_fixture_text shown = pam_fixture_softkey("show");
	(void)snprintf(wanted, sizeof wanted, " %s=", name);
	const char *found = strstr(shown.text, wanted);
	if (found == NULL)
		pam_fixture_die("softkeyd shows no %s", name);
	return (unsigned)strtoul(found + strlen(wanted), NULL, 10);
}

bool pam_fixture_ports_are_free(void)
{
	MFA_CLEANUP(mfa_close_fd)
	int fd = open(LOCK_FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && errno != ENOENT) /* which nobody has needed yet */
		pam_fixture_die("%s", LOCK_FOLDER);
	for (int i = 0; fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0; i++) {
		if (i >= FREE_TRIES)
			return false;
		(void)poll(NULL, 0, FREE_PAUSE_MS);
	}
	return true;
}
