/* SPDX-License-Identifier: BSD-2-Clause */
/* Challenges to a key and its responses, report by report, with a deadline: libykpers
 * waits as long as the key does, and polls only twice a second. */
#pragma once

#include "ports.h"

/* How long to wait for an answer. */
struct wait_limit {
	int64_t deadline;
	bool (*is_over)(void); /* as in struct mfa_yubikey_order */
	struct mfa_yubikey_listener listener;
};

/* Makes a slot hash a challenge; waits for a touch if the slot demands one. */
enum mfa_yubikey_result report_exchange(YK_KEY *key, unsigned slot,
					const struct wait_limit *limit,
					const unsigned char *challenge,
					unsigned char *ret_response,
					struct mfa_diag *diag);
