/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets between pam_mfa.so and mfa-authd: what is read means what would be written. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "mfa/authd_protocol.h"

static void must_be(struct mfa_span payload, const unsigned char *packet, size_t len)
{
	must(len == payload.len && memcmp(packet, payload.data, len) == 0);
}

static void read_begin(struct mfa_span payload)
{
	struct mfa_authd_begin begin;
	unsigned char packet[MFA_PACKET_SIZE];
	size_t len = 0;
	if (mfa_authd_unpack_begin(payload, &begin) != MFA_OK)
		return;
	must(mfa_authd_pack_begin(&begin, packet, &len) == MFA_OK);
	must_be(payload, packet, len);
}

static void read_reply(struct mfa_span payload)
{
	struct mfa_authd_reply reply;
	unsigned char packet[MFA_PACKET_SIZE];
	size_t len = 0;
	if (mfa_authd_unpack_reply(payload, &reply) != MFA_OK)
		return;
	must(mfa_authd_pack_reply(&reply, packet, &len) == MFA_OK);
	must_be(payload, packet, len);
	/* a password that came again is not sent, and no line has a NUL byte */
	must(!reply.is_again || reply.text.len == 0);
	must(memchr(reply.text.data, '\0', reply.text.len) == NULL);
}

static void read_verdict(struct mfa_span payload)
{
	struct mfa_authd_verdict verdict;
	unsigned char packet[MFA_PACKET_SIZE];
	size_t len = 0;
	if (mfa_authd_unpack_verdict(payload, &verdict) != MFA_OK)
		return;
	must(mfa_authd_pack_verdict(&verdict, packet, &len) == MFA_OK);
	must_be(payload, packet, len);
	must((verdict.verdict == MFA_ALLOW) == (payload.data[0] == 'a'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size >= MFA_PACKET_SIZE)
		return 0;
	/* a copy of its own, so that a read beyond the end is seen */
	unsigned char *exact = malloc(size > 0 ? size : 1);
	must(exact != NULL);
	if (size > 0)
		memcpy(exact, data, size);
	struct mfa_span payload = { exact, size };
	read_begin(payload);
	read_reply(payload);
	read_verdict(payload);
	free(exact);
	return 0;
}
