/* SPDX-License-Identifier: BSD-2-Clause */
/* What goes wrong before the service knows of a login, in syslog and for the person. */
#pragma once

#include <security/pam_modules.h>

#include "mfa/dialog.h"

/* One line. phase: "auth" or "account". */
void report_failure(pam_handle_t *handle, const char *phase, int err,
		    const struct mfa_diag *diag);

/* Tells the person. If nobody can log in, saying so reveals nothing about a user. err:
 * MFA_ERR_BUSY: it is for now, as the service has no place. */
void report_outage(const struct mfa_dialog *dialog, const char *tty, int err);
