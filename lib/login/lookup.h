/* SPDX-License-Identifier: BSD-2-Clause */
/* The record that a login is evaluated against. */
#pragma once

#include "mfa/auth.h"

/* Reads the user's record, or that of the decoy of the user's name, which takes the same
 * work. The site is open. */
int lookup_record(const struct mfa_auth_request *request, struct mfa_record *record,
		  bool *ret_is_decoy, struct mfa_diag *diag) MFA_MUST_CHECK;

/* Reads the record of the common decoy. MFA_ERR_NOTFOUND, with what to do about it. */
int lookup_common_decoy(struct mfa_store *store, struct mfa_record *record,
			struct mfa_diag *diag) MFA_MUST_CHECK;
