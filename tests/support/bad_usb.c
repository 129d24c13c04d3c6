/* SPDX-License-Identifier: BSD-2-Clause */
/* In the place of mfa-usb: fails as the real one does not. Its argument names the
 * failure. */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mfa/usb_wire.h"

static void say(char letter, const void *payload, size_t len)
{
	char packet[2 * MFA_PACKET_SIZE] = { letter };
	memcpy(packet + 1, payload, len);
	if (send(STDIN_FILENO, packet, len + 1, 0) < 0)
		_exit(9);
}

/* An answer without fault, but from another key than the wanted one. */
static void answer_for_another(const struct mfa_usb_order *order)
{
	unsigned char payload[MFA_PACKET_SIZE];
	size_t len = 0;
	const struct mfa_usb_outcome outcome = {
		.from = { order->slots[0].serial + 1, order->slots[0].slot },
	};
	if (mfa_usb_pack_outcome(order->kind, &outcome, payload, &len) == MFA_OK)
		say((char)order->kind, payload, len);
}

/* More stages than an order can have, or one that does not exist, and then an answer. */
static void say_stages(const struct mfa_usb_order *order, unsigned char stage, int count)
{
	for (int i = 0; i < count; i++)
		say(MFA_USB_STAGE, &stage, MFA_USB_STAGE_LEN);
	answer_for_another(order);
}

int main(int argc, char **argv)
{
	char packet[MFA_PACKET_SIZE] = "";
	static char zeros[MFA_PACKET_SIZE + 1];
	struct mfa_usb_order order;
	const char *failure = argc > 1 ? argv[1] : "";
	if (strcmp(failure, "dies") == 0)
		return 1;
	ssize_t got = recv(STDIN_FILENO, packet, sizeof packet, 0);
	struct mfa_span payload = { (unsigned char *)packet + 1, (size_t)got - 1 };
	if (got < 1 ||
	    mfa_usb_unpack_order((unsigned char)packet[0], payload, &order) != MFA_OK)
		return 2;
	if (strcmp(failure, "empty") == 0)
		say('r', "", 0);
	else if (strcmp(failure, "short") == 0)
		say('r', zeros, 100);
	else if (strcmp(failure, "long") == 0)
		say('r', zeros, MFA_PACKET_SIZE);
	else if (strcmp(failure, "other-letter") == 0)
		say('l', zeros, 100);
	else if (strcmp(failure, "noise") == 0)
		say('r', memset(zeros, 0xa5, sizeof zeros), 538);
	else if (strcmp(failure, "no-stage") == 0)
		say_stages(&order, MFA_YUBIKEY_BLINKS + 1, 1);
	else if (strcmp(failure, "stages") == 0)
		say_stages(&order, MFA_YUBIKEY_BLINKS, 4);
	else if (strcmp(failure, "other-key") == 0)
		answer_for_another(&order);
	return 0; /* "ends" */
}
