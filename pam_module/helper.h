/* SPDX-License-Identifier: BSD-2-Clause */
/* A login in a program that is not root: mfa-verify reads the store, and this relays what
 * it asks and answers. */
#pragma once

#include "login.h"

/* Runs mfa-verify for the login, whose user must be the one that the process runs as.
 * ret_result is as mfa_auth_run leaves it, as far as the helper tells: the reason stays
 * MFA_REASON_NONE but for failures here. MFA_ERR_*: no verdict came; diag says why. */
int helper_run(const struct login *login, const struct mfa_dialog *dialog,
	       struct mfa_span password, struct mfa_auth_result *ret_result)
	MFA_MUST_CHECK;
