/* SPDX-License-Identifier: BSD-2-Clause */
/* The roll-out: until a date, people who are not enrolled yet get in without a code. */
#pragma once

#include "evaluate.h"

/* Whether this login is one of those: the zone's grace is not over and was never seen to
 * be, the name service knows the user by this very name, and the store has no record.
 * Whatever cannot be read is no grace. Opens the site, and closes it again where it was
 * not open. */
bool grace_covers(const struct mfa_auth_request *request);

/* Why there is no grace though the clock is before its end, for the log; NULL where there
 * is, or where it is over. A clock that is set back must not bring it back. */
const char *grace_problem(const struct mfa_zone *zone, const struct mfa_record *decoy,
			  int64_t now);

/* Makes the evaluation on the decoy one on a user without a record, and has the decoy
 * remember a grace that is over: as its last_success it keeps the latest grace_until that
 * was seen to be. */
void grace_evaluate_decoy(const struct mfa_auth_request *request, int64_t now,
			  struct mfa_record *decoy, struct evaluation *evaluation);

/* Notes for the administrator, in the diagnosis, that a user without a record was refused
 * because of the name. */
void grace_note_refusal(const struct mfa_auth_request *request,
			struct mfa_auth_result *result);

/* Tells the person until when. */
void grace_tell(const struct mfa_auth_request *request);
