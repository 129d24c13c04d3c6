/* SPDX-License-Identifier: BSD-2-Clause */
/* The tokens of a user that a device could answer for. */
#pragma once

#include "mfa/auth.h"

/* Adds the user's tokens of the device's kind, but for those that the bits of skipped
 * name by their place in the record: none where the record is not usable, which
 * the diagnosis then says. The site is open. Errors as of mfa_store_read. */
int candidates_find(const struct mfa_auth_request *request,
		    const struct mfa_device_ops *device, uint32_t skipped,
		    struct mfa_device_candidates *ret_candidates, struct mfa_diag *diag)
	MFA_MUST_CHECK;
