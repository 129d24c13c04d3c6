/* SPDX-License-Identifier: BSD-2-Clause */
/* The one way to hold locks in a login: the program is guarded, the site is opened, and
 * both end again on each way out. No person is waited for meanwhile. */
#pragma once

#include "mfa/auth.h"

struct locked_work {
	const struct mfa_auth_request *request; /* NULL: it is over */
	bool was_open;
};

/* Begins it; nothing is opened yet. */
struct locked_work locked_work_begin(const struct mfa_auth_request *request);
/* Opens the site, until the end. As mfa_site_open. */
int locked_work_open(const struct locked_work *work, struct mfa_diag *diag)
	MFA_MUST_CHECK;
/* Ends it; safe to call again. For MFA_CLEANUP. */
void locked_work_end(struct locked_work *work);
