/* SPDX-License-Identifier: BSD-2-Clause */
/* What a device types that was touched too early, or through a wrong keyboard layout. */
#pragma once

#include "mfa/auth.h"

/* MFA_REASON_GARBLED: a code that its layout has made useless. MFA_REASON_KEY_TYPED: the
 * code of a device, and of no token of this user that the zone takes. Neither is a guess,
 * since nothing could make it right. MFA_REASON_NONE: anything else. Opens the site, and
 * closes it again where it was not open. *ret_err as mfa_store_read. */
enum mfa_reason typed_key_problem(const struct mfa_auth_request *request,
				  const struct mfa_secret *answer, struct mfa_diag *diag,
				  int *ret_err);
