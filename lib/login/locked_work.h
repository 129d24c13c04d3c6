/* SPDX-License-Identifier: BSD-2-Clause */
/* The only way to hold locks in a login: the program is guarded and the site opened, and
 * both end on every way out. Never wait for a person meanwhile. */
#pragma once

#include "mfa/auth.h"

struct locked_work {
	const struct mfa_auth_request *request; /* NULL: it has ended */
	bool was_open;
};

/* Begins; nothing is opened yet. */
struct locked_work locked_work_begin(const struct mfa_auth_request *request);
/* Opens the site until the end. Errors as of mfa_site_open. */
int locked_work_open(const struct locked_work *work, struct mfa_diag *diag)
	MFA_MUST_CHECK;
/* Ends; safe to call again. For MFA_CLEANUP. */
void locked_work_end(struct locked_work *work);
