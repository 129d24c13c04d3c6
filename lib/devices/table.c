/* SPDX-License-Identifier: BSD-2-Clause */
/* The kinds of devices of this build. */
#include "mfa/device.h"

#include "devices/yubikey/device.h"

const struct mfa_device_ops *const mfa_devices[] = {
	&mfa_device_yubikey,
};

const size_t mfa_device_count = MFA_COUNT(mfa_devices);
