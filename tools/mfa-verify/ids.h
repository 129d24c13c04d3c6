/* SPDX-License-Identifier: BSD-2-Clause */
/* Whose process this is: the caller's while it waits, root's while it works. */
#pragma once

#include <sys/types.h>

#include "mfa/base.h"

/* Notes the caller (the real user id), and gives up every capability but the one that
 * ids_become_caller needs. */
int ids_begin(uid_t *ret_caller) MFA_MUST_CHECK;

/* The caller can neither stop nor kill the process between these two: do all that others
 * could wait for here. In between it counts as root's, not to the caller's limit of
 * processes, so nobody may be waited for. They end the process when they fail. */
void ids_become_root(void);
void ids_become_caller(uid_t caller);
