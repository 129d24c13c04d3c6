/* SPDX-License-Identifier: BSD-2-Clause */
/* What the product does to the disk, one operation at a time, for tests that disturb
 * it. */
#pragma once

#include "support.h"

struct operation {
	const char *name;
	/* Makes the host ready, undisturbed; may be NULL. */
	void (*prepare)(struct test_host *host);
	int (*work)(struct test_host *host, struct mfa_diag *diag);
	/* What it may say, beside MFA_OK, when it is done already. */
	int when_done;
	bool takes_record; /* taro's */
};

extern const struct operation operations[];
extern const size_t operation_count;
