/* SPDX-License-Identifier: BSD-2-Clause */
/* The lines of one login in the audit trail. */
#pragma once

#include "mfa/auth.h"

/* Appends the login's line; before it one for refusals without a line, and one for each
 * other login at the devices; after it one for a warning. */
int login_lines_append(const struct mfa_auth_request *request,
		       struct mfa_auth_result *result, struct mfa_diag *diag)
	MFA_MUST_CHECK;

/* Instead: there is a line for this refusal, which the caller will write. It takes the
 * same work, so that nobody sees from outside which refusals have a line, and fails as
 * the line would. */
int login_lines_hold(const struct mfa_auth_request *request,
		     struct mfa_auth_result *result, struct mfa_diag *diag)
	MFA_MUST_CHECK;
