/* SPDX-License-Identifier: BSD-2-Clause */
/* A login in a program that is not root: mfa-verify reads the store, and this relays its
 * questions and the answers. */
#pragma once

#include "login.h"

/* Runs mfa-verify for the login, whose user must be the one that the process runs as.
 * ret_result has the verdict and the password; its reason is MFA_REASON_NONE. MFA_ERR_*:
 * no verdict came; its diag says why. */
int helper_run(const struct login *login, const struct mfa_dialog *dialog,
	       struct mfa_span password, struct mfa_auth_result *ret_result)
	MFA_MUST_CHECK;
