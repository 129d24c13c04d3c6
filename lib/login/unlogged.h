/* SPDX-License-Identifier: BSD-2-Clause */
/* Refusals whose line is not in the audit trail: they are in the record first, a caller
 * may end the program before the line is written, and the next login tells of it. */
#pragma once

#include "mfa/auth.h"

/* How many of the record's are certain at this time, and not those of a login that is
 * just about to write its line. */
uint32_t unlogged_find(const struct mfa_record *record, int64_t now);

/* For people: how many refusals have no line. */
void unlogged_describe(uint32_t count, char ret_text[static MFA_NOTE_SIZE]);

/* Writes the line that tells of result->unlogged into the trail, if there are any. */
int unlogged_record(const struct mfa_auth_request *request,
		    const struct mfa_auth_result *result, struct mfa_diag *diag)
	MFA_MUST_CHECK;

/* Takes so many off the record, whose lines are in the trail now. What cannot be taken
 * off is told of once more. */
void unlogged_settle(const struct mfa_auth_request *request, uint32_t count);
