/* SPDX-License-Identifier: BSD-2-Clause */
/* Which token a device answered wrongly for: what it was enrolled with is no longer in
 * the device, but the user may have another one there. */
#pragma once

#include "mfa/auth.h"

/* The answer's token as a bit of struct mfa_auth_state's wrong_tokens; 0: the answer is
 * right for one, or of none. Opens the site, and closes it if it was not open. Errors as
 * of mfa_store_read. */
int wrong_token_find(const struct mfa_auth_request *request, enum mfa_kind kind,
		     const struct mfa_device_answer *answer, struct mfa_diag *diag,
		     uint32_t *ret_bit) MFA_MUST_CHECK;
