/* SPDX-License-Identifier: BSD-2-Clause */
/* The tokens of a user that a device could answer for. */
#pragma once

#include "mfa/auth.h"

/* Adds the user's tokens of the device's kind: none where the record is not usable, which
 * the diagnosis then says. The site is open. Errors as of mfa_store_read. */
int candidates_find(const struct mfa_auth_request *request,
		    const struct mfa_device_ops *device,
		    struct mfa_device_candidates *ret_candidates, struct mfa_diag *diag)
	MFA_MUST_CHECK;
