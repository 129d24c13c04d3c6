/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether this program runs in a session that came in with a code since the changes. */
#pragma once

#include "cli/app.h"
#include "mfa/edits.h"

enum session_proof {
	SESSION_PROVED,
	SESSION_OTHERS,	  /* somebody came in so, but not this session */
	SESSION_NOBODY,	  /* nobody has, yet */
	SESSION_UNCERTAIN /* the trail has no line of these changes */
};

#define SESSION_EVENT "pam.enable"

/* By the lines of the trail behind that of the changes, and by this process' parents.
 * MFA_ERR_NOTFOUND, MFA_ERR_IO, ... of the trail. */
int session_prove(const char *trail, const struct mfa_edits *edits, struct mfa_diag *diag,
		  enum session_proof *ret_proof) MFA_MUST_CHECK;
