/* SPDX-License-Identifier: BSD-2-Clause */
/* Devices in the ports that say whatever they like, and the driver under libykpers as
 * mfa-usb, which is root's, runs it. The first byte is the order, the second how many
 * devices there are, the rest what they answer. */
#include "device_bus.h"

#include <string.h>

#include "devices/yubikey/driver.h"

enum {
	SERIAL = 0x01020304,
	TIMEOUT_MS = 3000,
	ORDERS = 4,
};

static void must_be_a_text(const struct mfa_diag *diag)
{
	must(memchr(diag->text, '\0', sizeof diag->text) != NULL);
}

static void list(void)
{
	struct mfa_diag diag = { .text = "" };
	struct mfa_yubikey_port ports[MFA_YUBIKEYS_MAX];
	const struct mfa_yubikey_listener nobody = { .tell = NULL };
	size_t count = 0;
	enum mfa_yubikey_result result =
		driver_list(TIMEOUT_MS, &nobody, &diag, ports, &count);
	must(count <= MFA_YUBIKEYS_MAX);
	must(result == MFA_YUBIKEY_DONE || count == 0);
	must_be_a_text(&diag);
}

static void respond(void)
{
	static const struct mfa_yubikey_slot slots[] = { { SERIAL, 2 }, { SERIAL, 1 } };
	unsigned char challenge[MFA_YUBIKEY_CHALLENGE_LEN] = { 1, 2, 3 };
	struct mfa_diag diag = { .text = "" };
	struct mfa_turn other;
	struct mfa_yubikey_answer answer;
	const struct mfa_yubikey_order order = {
		.slots = slots,
		.count = MFA_COUNT(slots),
		.challenge = challenge,
		.timeout_ms = TIMEOUT_MS,
	};
	challenge[MFA_YUBIKEY_CHALLENGE_LEN - 1] = 1;
	if (driver_respond(&order, &diag, &other, &answer) == MFA_YUBIKEY_DONE)
		must(answer.from.serial == SERIAL && answer.from.slot <= 2 &&
		     memcmp(answer.challenge, challenge, sizeof challenge) == 0);
	must_be_a_text(&diag);
}

static void program(const unsigned char *ids)
{
	static const unsigned char secret[MFA_YUBIKEY_SECRET_LEN] = "a secret";
	struct mfa_diag diag = { .text = "" };
	enum mfa_yubikey_write write = MFA_YUBIKEY_UNSURE;
	const struct mfa_yubikey_program order = {
		.at = { SERIAL, 2 },
		.wants_touch = true,
		.may_overwrite = ids != NULL,
		.secret = secret,
		.public_id = ids,
		.private_id = ids,
		.timeout_ms = TIMEOUT_MS,
	};
	enum mfa_yubikey_result result = driver_program(&order, &diag, &write);
	must((result == MFA_YUBIKEY_DONE) == (write == MFA_YUBIKEY_WRITTEN));
	must_be_a_text(&diag);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	unsigned order = input_byte(&input) % ORDERS;
	device_bus_begin(input_byte(&input), &input);
	if (order == 0)
		list();
	else if (order == 1)
		respond();
	else
		program(order == 2 ? NULL : (const unsigned char *)"six, 6");
	device_bus_end();
	return 0;
}
