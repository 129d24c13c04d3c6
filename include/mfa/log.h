/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines to syslog, facility authpriv, from a process that many logins wait for. syslog(3)
 * waits as long as the daemon likes: one that hangs would keep everybody out. Here a line
 * that it does not take in time is dropped, and the next one that it takes says how many
 * were; the audit trail has a line of each login all the same. */
#pragma once

#include "mfa/base.h"

enum {
	MFA_LOG_LINE_SIZE = 2048
};

/* Names the process, as openlog(3) does. ident is borrowed. patience_ms: for which a line
 * may wait; none after one that waited in vain. */
void mfa_log_open(const char *ident, int patience_ms);

/* Forgets the socket: before all descriptors are closed in a child. */
void mfa_log_close(void);

/* Writes a line; the priority is one of syslog(3), such as LOG_ERR. */
void mfa_log(int priority, const char *format, ...) __attribute__((format(printf, 2, 3)));
