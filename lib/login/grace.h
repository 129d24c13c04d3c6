/* SPDX-License-Identifier: BSD-2-Clause */
/* The roll-out: until a date, people who are not enrolled yet can log in without a
 * code. */
#pragma once

#include "evaluate.h"

/* Whether this login has grace: it has not ended and was never seen to have ended, the
 * name service knows the user by this name, and the store has no record. If anything
 * cannot be read: no grace. Opens the site, and closes it if it was not open. */
bool grace_covers(const struct mfa_auth_request *request);

/* The same once more, of the time and the record alone: the name service may be slow, and
 * locks are held. The site is open. */
bool grace_goes_on(const struct mfa_auth_request *request);

/* Why there is no grace though the clock is before its end, for the log; NULL: there is,
 * or it has ended. A clock that is set back must not bring it back. */
const char *grace_problem(const struct mfa_zone *zone, const struct mfa_record *decoy,
			  int64_t now);

/* Turns the evaluation of the decoy into that of a user without a record. The decoy
 * remembers a grace that has ended: its last_success is the latest such grace_until. */
void grace_evaluate_decoy(const struct mfa_auth_request *request, int64_t now,
			  struct mfa_record *decoy, struct evaluation *evaluation);

/* Adds to the diagnosis that grace was refused because of the user's name. */
void grace_note_refusal(const struct mfa_auth_request *request,
			struct mfa_auth_result *result);

/* Tells the person when the grace ends. */
void grace_tell(const struct mfa_auth_request *request);
