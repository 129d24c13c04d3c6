/* SPDX-License-Identifier: BSD-2-Clause */
/* YubiKeys with HMAC challenge-response, as a kind of device. */
#pragma once

#include "mfa/device.h"

extern const struct mfa_device_ops mfa_device_yubikey;
