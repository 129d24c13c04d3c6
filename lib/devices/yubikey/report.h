/* SPDX-License-Identifier: BSD-2-Clause */
/* Challenges to a key and its responses, report by report, with a deadline: libykpers'
 * own way waits as long as the key does, and looks for an answer twice a second only. */
#pragma once

#include "ports.h"

/* How long an answer is waited for. */
struct wait_limit {
	int64_t deadline;
	bool (*is_over)(void); /* as in struct mfa_yubikey_order */
	struct mfa_yubikey_listener listener;
};

/* Has a slot hash a challenge. Waits for a touch when the slot wants one. */
enum mfa_yubikey_result report_exchange(YK_KEY *key, unsigned slot,
					const struct wait_limit *limit,
					const unsigned char *challenge,
					unsigned char *ret_response,
					struct mfa_diag *diag);
