/* SPDX-License-Identifier: BSD-2-Clause */
/* What enable has changed may go away by itself. Only on this host. */
#include "check/parts.h"

#include <stdio.h>

#include "mfa/edits.h"
#include "mfa/peer.h"

enum {
	SECOND_MS = 1000,
};

void check_on_trial(struct check *check)
{
	MFA_CLEANUP(mfa_edits_done) struct mfa_edits edits = { .count = 0 };
	if (!check->is_live ||
	    mfa_edits_load(MFA_EDITS_TRYING, NULL, &edits) == MFA_ERR_NOTFOUND)
		return;
	int64_t left = (edits.deadline_ms - mfa_boottime_ms()) / SECOND_MS;
	check_add(check, CHECK_WARNING, "on-trial",
		  (struct check_place){ MFA_EDITS_TRYING, 0 },
		  TR(check->app,
		     MFA_N_("what enable has changed is on trial and will be put back in "
			    "%d s. Log in on another terminal and run there: mfa-enroll "
			    "enable --confirm")),
		  left > 0 ? (int)left : 0);
}
