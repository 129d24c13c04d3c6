/* SPDX-License-Identifier: BSD-2-Clause */
#include "unlogged.h"

#include <inttypes.h>
#include <stdio.h>

#include "lookup.h"

enum {
	/* within which a running login writes its line */
	IN_FLIGHT_SECONDS = 60,
	SWAPS_MAX = 20,
};

uint32_t unlogged_find(const struct mfa_record *record, int64_t now)
{
	int64_t last = record->last_failure;
	bool is_in_flight = last <= now && now - last < IN_FLIGHT_SECONDS;
	return is_in_flight ? 0 : record->unlogged;
}

void unlogged_describe(uint32_t count, char ret_text[static MFA_NOTE_SIZE])
{
	(void)snprintf(ret_text, MFA_NOTE_SIZE,
		       "%" PRIu32 " refusal%s before %s no line in the audit trail: the "
		       "program was ended in between",
		       count, MFA_PLURAL(count), count == 1 ? "has" : "have");
}

int unlogged_record(const struct mfa_auth_request *request,
		    const struct mfa_auth_result *result, struct mfa_diag *diag)
{
	char detail[MFA_NOTE_SIZE];
	if (result->unlogged == 0)
		return MFA_OK;
	unlogged_describe(result->unlogged, detail);
	struct mfa_event event = mfa_auth_event(request->zone, &request->login, result);
	event.event = "auth.unlogged";
	event.result = "found";
	event.reason = NULL;
	event.token = NULL;
	event.kind = NULL;
	event.detail = detail;
	return mfa_audit_append(request->site->audit, &event, diag);
}

void unlogged_settle(const struct mfa_auth_request *request, uint32_t count)
{
	struct mfa_store *store = request->site->store;
	struct mfa_record *record = mfa_store_workspace(store);
	struct mfa_diag diag = { .text = "" };
	for (int i = 0; count > 0 && i < SWAPS_MAX; i++) {
		bool is_decoy = false;
		if (lookup_record(request, record, &is_decoy, &diag) != MFA_OK)
			return;
		record->unlogged -= count < record->unlogged ? count : record->unlogged;
		if (mfa_store_swap_unsynced(store, record, &diag) != MFA_ERR_CONFLICT)
			return;
	}
}
