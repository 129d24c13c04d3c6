/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets between pam_mfa.so and mfa-verify: what is read means what would be written. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "mfa/helper_protocol.h"

static void read_begin(struct mfa_span payload)
{
	struct mfa_helper_begin begin;
	char packet[MFA_PACKET_SIZE];
	size_t len = 0;
	if (mfa_helper_unpack_begin(payload, &begin) != MFA_OK)
		return;
	must(mfa_helper_pack_begin(&begin, packet, &len) == MFA_OK);
	must(len == payload.len && memcmp(packet, payload.data, len) == 0);
}

static void read_verdict(struct mfa_span payload)
{
	struct mfa_helper_verdict verdict;
	char packet[MFA_HELPER_VERDICT_SIZE];
	if (mfa_helper_unpack_verdict(payload, &verdict) != MFA_OK)
		return;
	mfa_helper_pack_verdict(&verdict, packet);
	must(payload.len == sizeof packet);
	must(memcmp(packet, payload.data, sizeof packet) == 0);
	must((verdict.verdict == MFA_ALLOW) == (payload.data[0] == 'a'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* a copy of its own, so that a read beyond the end is seen */
	unsigned char *copy = malloc(size + 1);
	must(copy != NULL);
	memcpy(copy, data, size);
	unsigned char *exact = realloc(copy, size > 0 ? size : 1);
	must(exact != NULL);
	struct mfa_span payload = { exact, size };
	read_begin(payload);
	read_verdict(payload);
	free(exact);
	return 0;
}
