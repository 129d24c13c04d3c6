/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets between pam_mfa.so, or mfa-enroll, and mfa-usb: what is read means what would
 * be written. The first byte is the packet's. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "mfa/usb_wire.h"

static void read_order(unsigned char letter, struct mfa_span payload)
{
	struct mfa_usb_order order;
	unsigned char packet[MFA_PACKET_SIZE];
	size_t len = 0;
	if (mfa_usb_unpack_order(letter, payload, &order) != MFA_OK)
		return;
	must(mfa_usb_pack_order(&order, packet, &len) == MFA_OK);
	must(len == payload.len && memcmp(packet, payload.data, len) == 0);
}

static void read_outcome(enum mfa_usb_kind kind, struct mfa_span payload)
{
	struct mfa_usb_outcome outcome;
	unsigned char packet[MFA_PACKET_SIZE];
	size_t len = 0;
	if (mfa_usb_unpack_outcome(kind, payload, &outcome) != MFA_OK)
		return;
	must(mfa_usb_pack_outcome(kind, &outcome, packet, &len) == MFA_OK);
	must(len == payload.len && memcmp(packet, payload.data, len) == 0);
	must((outcome.result == MFA_YUBIKEY_DONE) == (payload.data[0] == 0));
	must(outcome.count <= MFA_YUBIKEYS_MAX);
}

static void read_stage(struct mfa_span payload)
{
	enum mfa_yubikey_stage stage = MFA_YUBIKEY_IN_USE;
	unsigned char byte[MFA_USB_STAGE_LEN];
	if (mfa_usb_unpack_stage(payload, &stage) != MFA_OK)
		return;
	mfa_usb_pack_stage(stage, byte);
	must(payload.len == sizeof byte && byte[0] == payload.data[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	/* a copy of its own, so that a read beyond the end is seen */
	unsigned char *exact = malloc(size > 1 ? size - 1 : 1);
	must(exact != NULL);
	memcpy(exact, data + 1, size - 1);
	struct mfa_span payload = { exact, size - 1 };
	read_order((unsigned char)data[0], payload);
	read_outcome((enum mfa_usb_kind)data[0], payload);
	read_stage(payload);
	free(exact);
	return 0;
}
