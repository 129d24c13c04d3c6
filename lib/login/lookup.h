/* SPDX-License-Identifier: BSD-2-Clause */
/* The record that a login is evaluated against. */
#pragma once

#include "mfa/auth.h"

/* Reads the user's record, or the decoy's, which takes the same work. The site is
 * open. */
int lookup_record(const struct mfa_auth_request *request, struct mfa_record *record,
		  bool *ret_is_decoy, struct mfa_diag *diag) MFA_MUST_CHECK;
