/* SPDX-License-Identifier: BSD-2-Clause */
#include "login_lines.h"

#include "meeting.h"
#include "unlogged.h"

int login_lines_append(const struct mfa_auth_request *request,
		       struct mfa_auth_result *result, struct mfa_diag *diag)
{
	struct mfa_event event = mfa_auth_event(request->zone, &request->login, result);
	event.actor = request->actor;
	if (request->event != NULL)
		event.event = request->event;
	int err = unlogged_record(request, result, diag);
	if (err == MFA_OK)
		err = meeting_record(request, result, diag);
	if (err == MFA_OK)
		err = mfa_audit_append(request->site->audit, &event, diag);
	if (err == MFA_OK)
		unlogged_settle(request, result->unlogged + result->is_noted);
	/* the mode of the trail itself may have been repaired */
	mfa_warn_of(&result->diag, diag);
	/* a warning is about the host, so it has an event of its own */
	return err == MFA_OK
		       ? mfa_audit_append_warning(request->site->audit, &result->diag,
						  NULL, request->login.now, diag)
		       : err;
}

void login_lines_hold(const struct mfa_auth_request *request,
		      const struct mfa_auth_result *result)
{
	unlogged_settle(request, result->is_noted);
}
