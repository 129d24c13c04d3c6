/* The roll-out: until a date, people who are not enrolled yet get in without a code. */
#pragma once

#include "mfa/auth.h"

/* Whether this login is one of those: the zone's grace is not over, the name service knows
 * the user by this very name, and the store has no record. Whatever cannot be read is no
 * grace. Opens the host, and closes it again where it was not open. */
bool grace_covers(const struct mfa_auth_request *request);

/* Notes for the administrator, in the diagnosis, that a user without a record was refused
 * because of the name. */
void grace_note_refusal(const struct mfa_auth_request *request,
			struct mfa_auth_result *result);

/* Tells the person until when. */
void grace_tell(const struct mfa_auth_request *request);
