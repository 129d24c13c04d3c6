/* SPDX-License-Identifier: BSD-2-Clause */
/* A result for the logs: its event, its priority, and further notes. */
#include "mfa/auth.h"

#include <inttypes.h>
#include <stdio.h>
#include <syslog.h>

#include "meeting.h"
#include "unlogged.h"

int mfa_auth_priority(const struct mfa_auth_result *result)
{
	if (result->reason == MFA_REASON_GRACE)
		return LOG_WARNING;
	switch (result->verdict) {
	case MFA_ALLOW:
	case MFA_EXEMPT:
		return LOG_INFO;
	case MFA_DENY:
	case MFA_NO_DIALOG:
	case MFA_GIVEN_UP:
		return LOG_NOTICE;
	case MFA_UNAVAILABLE:
	case MFA_NO_MEMORY:
		return LOG_ERR;
	}
	return LOG_ERR;
}

struct mfa_event mfa_auth_event(const struct mfa_zone *zone,
				const struct mfa_login *login,
				const struct mfa_auth_result *result)
{
	/* a name that nobody has may be a password typed too early: it is not logged */
	struct mfa_event event = {
		.event = "auth",
		.result = mfa_verdict_name(result->verdict),
		.reason = mfa_reason_name(result->reason),
		.zone = zone != NULL ? zone->name : NULL,
		.service = login->service,
		.user = result->is_unknown_user ? "UNKNOWN" : login->user,
		.typed = result->is_unknown_user ? NULL : login->typed,
		.token = result->token,
		.kind = result->kind != MFA_KIND_NONE ? mfa_kind_name(result->kind)
						      : NULL,
		.rhost = login->rhost,
		.tty = login->tty,
		.detail = result->diag.text,
		.time = login->now,
	};
	uint32_t caller = login->caller != 0 ? login->caller : login->peer;
	if (caller != 0)
		(void)snprintf(event.caller, sizeof event.caller, "%" PRIu32, caller);
	(void)snprintf(event.process, sizeof event.process, "%s", result->process);
	(void)snprintf(event.parent, sizeof event.parent, "%s", result->parent);
	return event;
}

bool mfa_auth_note(const struct mfa_auth_result *result, unsigned index,
		   char ret_text[static MFA_NOTE_SIZE])
{
	bool is_mended = result->diag.warning[0] != '\0';
	bool is_unlogged = result->unlogged > 0;
	if (index == 0 && is_mended)
		(void)snprintf(ret_text, MFA_NOTE_SIZE, "%s", result->diag.warning);
	else if (index == is_mended && is_unlogged)
		unlogged_describe(result->unlogged, ret_text);
	else
		return meeting_note(result, index - is_mended - is_unlogged, ret_text);
	return true;
}
