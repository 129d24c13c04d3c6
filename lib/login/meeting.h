/* SPDX-License-Identifier: BSD-2-Clause */
/* Reports of other logins' turns at the devices, for the logs, whether this login is
 * allowed or not: a key that answers elsewhere may have been touched for somebody else's
 * login. */
#pragma once

#include "mfa/auth.h"

/* A note for syslog by index, from 0; false: no more. */
bool meeting_note(const struct mfa_auth_result *result, unsigned index,
		  char ret_text[static MFA_NOTE_SIZE]);

/* Appends a line for each to the audit trail. */
int meeting_record(const struct mfa_auth_request *request,
		   const struct mfa_auth_result *result, struct mfa_diag *diag)
	MFA_MUST_CHECK;
