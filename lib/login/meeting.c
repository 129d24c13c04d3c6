/* SPDX-License-Identifier: BSD-2-Clause */
#include "meeting.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ", terminal pts/3", if it is known. */
static void append_part(const char *what, const char *value, char *text)
{
	size_t len = strlen(text);
	if (value[0] != '\0')
		(void)snprintf(text + len, MFA_NOTE_SIZE - len, "%s %s", what, value);
}

static void describe_turn(const struct mfa_turn *turn,
			  char ret_text[static MFA_NOTE_SIZE])
{
	if (turn->serial != 0)
		(void)snprintf(ret_text, MFA_NOTE_SIZE,
			       "YubiKey %" PRIu32 " has answered another login",
			       turn->serial);
	else
		(void)snprintf(ret_text, MFA_NOTE_SIZE,
			       "the YubiKeys were in use by another login%s",
			       turn->number == 0 ? ", which is not known" : "");
	append_part(", service", turn->service, ret_text);
	append_part(", terminal", turn->terminal, ret_text);
	append_part(", user", turn->user, ret_text);
}

bool meeting_note(const struct mfa_auth_result *result, unsigned index,
		  char ret_text[static MFA_NOTE_SIZE])
{
	const struct mfa_auth_meeting *meetings[] = { &result->busy, &result->elsewhere };
	for (size_t i = 0; i < MFA_COUNT(meetings); i++)
		if (meetings[i]->is_met && index-- == 0) {
			describe_turn(&meetings[i]->turn, ret_text);
			return true;
		}
	return false;
}

static int record_meeting(const struct mfa_auth_request *request,
			  const struct mfa_auth_result *result, bool is_elsewhere,
			  struct mfa_diag *diag)
{
	char detail[MFA_NOTE_SIZE];
	const struct mfa_auth_meeting *met =
		is_elsewhere ? &result->elsewhere : &result->busy;
	if (!met->is_met)
		return MFA_OK;
	describe_turn(&met->turn, detail);
	struct mfa_event event = mfa_auth_event(request->zone, &request->login, result);
	event.event = is_elsewhere ? "key.elsewhere" : "key.busy";
	event.result = "found";
	event.reason = NULL;
	event.token = NULL;
	event.kind = NULL;
	event.actor = request->actor;
	event.detail = detail;
	return mfa_audit_append(request->site->audit, &event, diag);
}

int meeting_record(const struct mfa_auth_request *request,
		   const struct mfa_auth_result *result, struct mfa_diag *diag)
{
	int err = record_meeting(request, result, false, diag);
	return err == MFA_OK ? record_meeting(request, result, true, diag) : err;
}
