/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/device.h"

void mfa_device_close(struct mfa_device_session *session)
{
	if (session->ops != NULL)
		session->ops->close(session);
	mfa_wipe(session, sizeof *session);
}
