/* SPDX-License-Identifier: BSD-2-Clause */
/* What enable has written down of its changes: any bytes are read, also with a sum that
 * is right; what is taken is written as the same bytes. */
#include "fuzz.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "mfa/edits.h"

enum {
	SUM_SIZE = 32,
};

static void read_as_edits(const unsigned char *bytes, size_t len)
{
	struct mfa_edits edits = { .count = 0 };
	unsigned char *again = NULL;
	size_t size = 0;
	if (mfa_edits_decode(bytes, len, &edits) != MFA_OK) {
		must(edits.items == NULL && edits.services.items == NULL);
		return;
	}
	for (size_t i = 0; i < edits.count; i++)
		must(edits.items[i].path[0] == '/' && edits.items[i].before.data != NULL);
	must(mfa_edits_encode(&edits, &again, &size) == MFA_OK);
	must(size == len && memcmp(again, bytes, len) == 0);
	free(again);
	mfa_edits_done(&edits);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned char *bytes = malloc(size + SUM_SIZE);
	must(bytes != NULL);
	memcpy(bytes, data, size);
	(void)crypto_generichash(bytes + size, SUM_SIZE, bytes, size, NULL, 0);
	read_as_edits(bytes, size);
	read_as_edits(bytes, size + SUM_SIZE);
	free(bytes);
	return 0;
}
