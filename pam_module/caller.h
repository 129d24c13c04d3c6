/* Who is in front of a set-uid program, as far as that person cannot choose it. */
#pragma once

#include <stdint.h>

/* The real user id of this process: 0 for root, and for what root has started.
 * MFA_CALLER_NAMELESS: no account is known to have it, as the thousands that a user
 * namespace gives everybody. The login identity (loginuid) does not do for this: where it
 * was never set, any process may set its own. */
uint32_t caller_find(void);
