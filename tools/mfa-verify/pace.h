/* SPDX-License-Identifier: BSD-2-Clause */
/* How often one user may ask: what each call costs (a line in the audit trail, one in
 * syslog, a write to the disk) must not become a means to fill the disk. */
#pragma once

#include <sys/types.h>

#include "mfa/base.h"

/* Takes the caller's next turn: 10 at once, then one in 3 seconds. Call it as root;
 * ret_wait_ms is how long to wait before the turn. MFA_ERR_BUSY: more than 10 seconds,
 * and no turn was taken. */
int pace_take(uid_t caller, struct mfa_diag *diag, long *ret_wait_ms) MFA_MUST_CHECK;

/* Waits for the turn; needs no root. */
void pace_wait(long wait_ms);
