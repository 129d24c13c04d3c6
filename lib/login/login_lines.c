/* SPDX-License-Identifier: BSD-2-Clause */
#include "login_lines.h"

#include "meeting.h"
#include "unlogged.h"

static struct mfa_event event_of(const struct mfa_auth_request *request,
				 const struct mfa_auth_result *result)
{
	struct mfa_event event = mfa_auth_event(request->zone, &request->login, result);
	event.actor = request->actor;
	if (request->event != NULL)
		event.event = request->event;
	return event;
}

/* The mode of the trail itself may have been repaired. A warning is about the host, so it
 * has an event of its own. */
static int end_line(const struct mfa_auth_request *request, int err,
		    struct mfa_auth_result *result, struct mfa_diag *diag)
{
	mfa_warn_of(&result->diag, diag);
	return err == MFA_OK
		       ? mfa_audit_append_warning(request->site->audit, &result->diag,
						  NULL, request->login.now, diag)
		       : err;
}

int login_lines_append(const struct mfa_auth_request *request,
		       struct mfa_auth_result *result, struct mfa_diag *diag)
{
	const struct mfa_event event = event_of(request, result);
	int err = unlogged_record(request, result, diag);
	if (err == MFA_OK)
		err = meeting_record(request, result, diag);
	if (err == MFA_OK)
		err = mfa_audit_append(request->site->audit, &event, diag);
	if (err == MFA_OK)
		unlogged_settle(request, result->unlogged + result->is_noted);
	return end_line(request, err, result, diag);
}

int login_lines_hold(const struct mfa_auth_request *request,
		     struct mfa_auth_result *result, struct mfa_diag *diag)
{
	const struct mfa_event event = event_of(request, result);
	int err = mfa_audit_rehearse(request->site->audit, &event, diag);
	if (err == MFA_OK)
		unlogged_settle(request, result->is_noted);
	return end_line(request, err, result, diag);
}
