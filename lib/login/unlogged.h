/* SPDX-License-Identifier: BSD-2-Clause */
/* Refusals without a line in the audit trail: the record is written first, and a caller
 * may end the program before the line. The next login reports them. */
#pragma once

#include "mfa/auth.h"

/* How many of the record's refusals are certain to have no line, and are not of a login
 * that is still running. */
uint32_t unlogged_find(const struct mfa_record *record, int64_t now);

/* A text for people: so many refusals have no line. */
void unlogged_describe(uint32_t count, char ret_text[static MFA_NOTE_SIZE]);

/* Appends a line about result->unlogged to the trail, unless it is 0. */
int unlogged_record(const struct mfa_auth_request *request,
		    const struct mfa_auth_result *result, struct mfa_diag *diag)
	MFA_MUST_CHECK;

/* Subtracts count from the record, as these have a line now. If that fails they are
 * reported again. */
void unlogged_settle(const struct mfa_auth_request *request, uint32_t count);
