/* SPDX-License-Identifier: BSD-2-Clause */
/* The way to mfa-authd. */
#pragma once

#include "mfa/authd_protocol.h"

/* Connects to the service and begins, with the payload of MFA_AUTHD_BEGIN; it has
 * greeted. MFA_ERR_NOTFOUND: it cannot be reached: no socket, nobody listens, or no
 * greeting came, and not a second time either; MFA_ERR_BUSY: it has too much to do;
 * MFA_ERR_UNSAFE: it is not root's; others: no socket could be made. */
int service_connect(struct mfa_span begin, struct mfa_diag *diag, int *ret_channel)
	MFA_MUST_CHECK;

/* Whether the process is root through and through, so that it need not wait until the
 * service has less to do. */
bool service_is_root_only(void);

/* Starts "mfa-authd --once" instead, for programs that are root's, and begins.
 * MFA_ERR_UNSUPPORTED: this one is not. */
int service_start_once(struct mfa_span begin, struct mfa_diag *diag, int *ret_channel)
	MFA_MUST_CHECK;
