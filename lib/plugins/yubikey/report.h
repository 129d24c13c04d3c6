/* Challenges to a key and its responses, report by report, with a deadline: libykpers'
 * own way waits as long as the key does, and looks for an answer twice a second only. */
#pragma once

#include "ports.h"

/* Has a slot hash a challenge. Waits for a touch when the slot wants one. */
enum mfa_yubikey_result report_exchange(YK_KEY *key, unsigned slot, int64_t deadline,
					const unsigned char *challenge,
					unsigned char *ret_response,
					struct mfa_diag *diag);
