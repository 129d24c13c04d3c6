/* SPDX-License-Identifier: BSD-2-Clause */
#include "login_lines.h"

#include "meeting.h"
#include "unlogged.h"

/* A warning is about the host, so it has an event of its own. */
static int record_warning(const struct mfa_auth_request *request,
			  const struct mfa_auth_result *result, struct mfa_diag *diag)
{
	static const struct {
		const char *event;
		const char *result;
	} names[MFA_WARNING_COUNT] = {
		[MFA_WARNING_MENDED] = { "mode.mend", "done" },
		[MFA_WARNING_UNNOTED] = { "key.unnoted", "failed" },
	};
	enum mfa_warning warned = result->diag.warned;
	const struct mfa_event event = {
		.event = names[warned].event,
		.result = names[warned].result,
		.detail = result->diag.warning,
		.time = request->login.now,
	};
	return warned == MFA_WARNING_NONE
		       ? MFA_OK
		       : mfa_audit_append(request->site->audit, &event, diag);
}

static struct mfa_event event_of(const struct mfa_auth_request *request,
				 const struct mfa_auth_result *result)
{
	struct mfa_event event = mfa_auth_event(request->zone, &request->login, result);
	event.actor = request->actor;
	if (request->event != NULL)
		event.event = request->event;
	return event;
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
	/* the mode of the trail itself may have been repaired */
	mfa_warn_of(&result->diag, diag);
	return err == MFA_OK ? record_warning(request, result, diag) : err;
}

int login_lines_hold(const struct mfa_auth_request *request,
		     struct mfa_auth_result *result, struct mfa_diag *diag)
{
	const struct mfa_event event = event_of(request, result);
	int err = mfa_audit_rehearse(request->site->audit, &event, diag);
	if (err == MFA_OK)
		unlogged_settle(request, result->is_noted);
	mfa_warn_of(&result->diag, diag);
	return err == MFA_OK ? record_warning(request, result, diag) : err;
}
