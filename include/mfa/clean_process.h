/* SPDX-License-Identifier: BSD-2-Clause */
/* The process as its caller left it, made fit for work as root. */
#pragma once

#include "mfa/base.h"

/* Takes nothing over from the caller but descriptor 0 and the real user id: no
 * environment, other descriptors, signals, timers, limits, priority, groups, folder or
 * umask. Call it before anything else. */
int clean_process_begin(void) MFA_MUST_CHECK;

/* Whether the program runs with root's rights, and descriptor 0 is the end of a socket,
 * as pam_mfa.so starts it. */
bool clean_process_is_root(void);
bool clean_process_has_channel(void);
