/* SPDX-License-Identifier: BSD-2-Clause */
/* The factors of this build. */
#include "mfa/factor.h"

#include "factors.h"

const struct mfa_factor_ops *const mfa_factors[] = {
	&mfa_factor_totp,
	&mfa_factor_hotp,
	&mfa_factor_yubikey,
	&mfa_factor_yubikey_otp,
};

const size_t mfa_factor_count = MFA_COUNT(mfa_factors);
