/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/yubikey_driver.h"

#include "mfa/plugin.h"

int mfa_yubikey_driver_open(const char *folder, struct mfa_diag *diag,
			    const struct mfa_yubikey_driver **ret_driver)
{
	const void *ops = NULL;
	int err = mfa_plugin_open(folder, "yubikey", diag, &ops);
	if (err == MFA_OK)
		*ret_driver = ops;
	return err;
}
