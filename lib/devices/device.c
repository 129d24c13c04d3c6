/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/device.h"

int mfa_device_reply(struct mfa_device_session *session, struct mfa_span typed,
		     struct mfa_diag *diag)
{
	if (session->ops == NULL || session->ops->reply == NULL)
		return mfa_fail(diag, MFA_ERR_UNSUPPORTED,
				"this device has no questions");
	return session->ops->reply(session, typed, diag);
}

void mfa_device_close(struct mfa_device_session *session)
{
	if (session->ops != NULL)
		session->ops->close(session);
	mfa_wipe(session, sizeof *session);
}
