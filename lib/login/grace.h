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

/* Turns the evaluation of a decoy into that of a user without a record. */
void grace_evaluate_decoy(const struct mfa_auth_request *request,
			  struct evaluation *evaluation);

/* Of a refusal at this time. That of a user without a record is remembered in the common
 * decoy if the grace is over, as a clock that is set back must not bring it back; and if
 * the user is known, and there is no grace though the clock is before its end, evaluation
 * gets the reason for the log. With a record the same is read, and nothing is written. */
int grace_note_end(const struct mfa_auth_request *request, int64_t now,
		   struct evaluation *evaluation, struct mfa_diag *diag) MFA_MUST_CHECK;

/* Adds to the diagnosis that grace was refused because of the user's name. */
void grace_note_refusal(const struct mfa_auth_request *request,
			struct mfa_auth_result *result);

/* Tells the person when the grace ends. */
void grace_tell(const struct mfa_auth_request *request);
