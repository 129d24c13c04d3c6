/* Who is in front of a set-uid program, as far as nobody can choose it. */
#pragma once

#include <stdint.h>

/* 0 for root, and for what root has started. Else the login identity (loginuid of audit),
 * which su(1) and sudo(8) do not change and no user may; where the kernel keeps none, the
 * real user id. MFA_CALLER_NAMELESS: an id without an account, as the thousands that a user
 * namespace gives everybody; or it cannot be read. */
uint32_t caller_find(void);
