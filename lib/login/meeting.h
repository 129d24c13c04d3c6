/* SPDX-License-Identifier: BSD-2-Clause */
/* What a login tells of others' turns that it met at the YubiKeys, let in or not: a key
 * that answers elsewhere may have been touched for somebody else's login. */
#pragma once

#include "mfa/auth.h"

/* The first, the second note for syslog; false: there is none. */
bool meeting_note(const struct mfa_auth_result *result, unsigned index,
		  char ret_text[static MFA_NOTE_SIZE]);

/* Appends a line for each to the audit trail. */
int meeting_record(const struct mfa_auth_request *request,
		   const struct mfa_auth_result *result, struct mfa_diag *diag)
	MFA_MUST_CHECK;
