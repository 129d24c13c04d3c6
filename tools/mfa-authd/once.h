/* SPDX-License-Identifier: BSD-2-Clause */
/* One login without the service, in a process of its own. */
#pragma once

#include "mfa/base.h"

/* Whether who has started this process may have it: programs that are root through and
 * through; set-uid ones on a virtual terminal of this machine, one at a time. ret_hold:
 * to be kept open meanwhile, or -1. */
int once_check(int connection, struct mfa_diag *diag, int *ret_hold) MFA_MUST_CHECK;

/* Serves the login of the connection up to its end. is_held: others wait meanwhile, so
 * its time is limited. */
int once_serve(int connection, bool is_held, struct mfa_diag *diag) MFA_MUST_CHECK;

/* Denies the login instead, and has the person told that nobody can log in. Waits for the
 * module's first message. */
void once_refuse(int connection);
