/* SPDX-License-Identifier: BSD-2-Clause */
/* The built-in factors, one file each. */
#pragma once

#include "mfa/factor.h"

extern const struct mfa_factor_ops mfa_factor_totp;
extern const struct mfa_factor_ops mfa_factor_hotp;
extern const struct mfa_factor_ops mfa_factor_yubikey;
extern const struct mfa_factor_ops mfa_factor_yubikey_otp;
