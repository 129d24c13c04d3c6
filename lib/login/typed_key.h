/* What a YubiKey types that was touched too early: the code of a slot that no token is of. */
#pragma once

#include "mfa/auth.h"

/* Whether the answer is such a code: 44 characters of a YubiKey's, and of no yubikey-otp token
 * of this user that the zone takes. It is no guess, since nothing could make it right. Opens
 * the site, and closes it again where it was not open. As mfa_store_read. */
int typed_key_check(const struct mfa_auth_request *request,
		    const struct mfa_secret *answer, struct mfa_diag *diag,
		    bool *ret_is_none) MFA_MUST_CHECK;
