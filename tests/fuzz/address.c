/* SPDX-License-Identifier: BSD-2-Clause */
/* Addresses and prefixes. */
#include "mfa/address.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	char *address = input_text(&input);
	char *pattern = input_text(&input);
	bool is_pattern = mfa_address_is_pattern(pattern);
	enum mfa_match match = mfa_address_match(address, pattern);
	must(is_pattern || match == MFA_MATCH_UNKNOWN);
	/* an address lies in itself */
	if (mfa_address_is_pattern(address) && strchr(address, '/') == NULL)
		must(mfa_address_match(address, address) == MFA_MATCH_YES);
	free(address);
	free(pattern);
	return 0;
}
