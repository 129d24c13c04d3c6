/* SPDX-License-Identifier: BSD-2-Clause */
/* What one login leaves in the audit trail. */
#pragma once

#include "mfa/auth.h"

/* Appends the login's own line, before it one for refusals that have none and one for
 * each other login that it met at the YubiKeys, behind it one for what was mended on the
 * way. */
int login_lines_append(const struct mfa_auth_request *request,
		       struct mfa_auth_result *result, struct mfa_diag *diag)
	MFA_MUST_CHECK;
