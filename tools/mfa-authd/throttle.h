/* SPDX-License-Identifier: BSD-2-Clause */
/* How fast connections and answers may come: which have to wait, and for how long. (How
 * many may be there at once is places.h's and crowd.h's.) */
#pragma once

#include "connection.h"
#include "guess_pace.h"
#include "pace.h"

struct throttle {
	struct pace logins;   /* of users' own programs */
	struct pace accounts; /* their account management */
	struct guess_pace guesses;
};

/* Takes a turn for a new connection, whose first message may have to wait then. false: it
 * would have to wait too long. */
bool throttle_admit(struct throttle *throttle, struct connection *connection);

/* A message has come: whether it has to wait, which is found out once for each answer. */
bool throttle_delays(struct throttle *throttle, struct connection *connection);

/* Whether nobody has guessed wrong just now, so that no answer has to wait. */
bool throttle_is_quiet(const struct throttle *throttle);

/* A worker has given the connection back. */
void throttle_note(struct throttle *throttle, struct connection *connection);
