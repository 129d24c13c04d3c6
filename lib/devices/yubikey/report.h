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

struct exchange {
	uint8_t command;
	struct mfa_span payload;
	size_t response_len;  /* up to MFA_YUBIKEY_RESPONSE_LEN */
	int64_t silence_ms;   /* until it answers, or reports that it waits for a touch */
	bool waits_for_touch; /* set if it did */
};

/* Has the key carry out a command; waits for a touch if that demands one. */
enum mfa_yubikey_result report_exchange(YK_KEY *key, struct exchange *exchange,
					const struct wait_limit *limit,
					unsigned char *ret_response,
					struct mfa_diag *diag);
