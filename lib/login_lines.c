#include "login_lines.h"

#include "meeting.h"
#include "unlogged.h"

/* What was mended for this login concerns the host. */
static int record_mending(const struct mfa_auth_request *request,
			  const struct mfa_auth_result *result, struct mfa_diag *diag)
{
	const struct mfa_event event = {
		.event = "mode.mend",
		.result = "done",
		.detail = result->diag.warning,
		.time = request->login.now,
	};
	return event.detail[0] == '\0'
		       ? MFA_OK
		       : mfa_audit_append(request->host->audit, &event, diag);
}

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
		err = mfa_audit_append(request->host->audit, &event, diag);
	if (err == MFA_OK)
		unlogged_settle(request, result->unlogged + result->is_noted);
	/* the trail itself may have been mended by now */
	mfa_warn(&result->diag, "%s", diag->warning);
	return err == MFA_OK ? record_mending(request, result, diag) : err;
}
