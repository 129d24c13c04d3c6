/* SPDX-License-Identifier: BSD-2-Clause */
#include "turned_away.h"

#include <stdio.h>
#include <syslog.h>

#include "mfa/log.h"

enum {
	PAUSE_MS = 60000,
	TEXT_SIZE = 256,
};

void turned_away_describe(const struct places *places, struct connection *connection,
			  char *ret_text, size_t size)
{
	unsigned uid = (unsigned)connection->uid;
	if (uid != 0 && places_of_user(places, connection->uid) >= PLACES_USER)
		(void)snprintf(ret_text, size, "user id %u has %d places (the limit)",
			       uid, PLACES_USER);
	else if (places_have_one(places, connection))
		(void)snprintf(ret_text, size,
			       "user id %u begins logins faster than one in three "
			       "seconds",
			       uid);
	else
		(void)snprintf(ret_text, size,
			       "%zu of %d places are taken, and the others are not for "
			       "user id %u elsewhere",
			       places->count, PLACES_MAX, uid);
}

bool turned_away_is_due(struct turned_away *turned_away, int64_t now_ms,
			unsigned long *ret_more)
{
	if (now_ms < turned_away->next_ms) {
		turned_away->more++;
		return false;
	}
	*ret_more = turned_away->more;
	turned_away->more = 0;
	turned_away->next_ms = now_ms + PAUSE_MS;
	return true;
}

void turned_away_note(struct turned_away *turned_away, const struct places *places,
		      struct connection *connection)
{
	char text[TEXT_SIZE];
	unsigned long more = 0;
	if (!turned_away_is_due(turned_away, mfa_monotonic_ms(), &more))
		return;
	turned_away_describe(places, connection, text, sizeof text);
	mfa_log(LOG_WARNING,
		"%s: no further login of process %ld is taken; %lu more since the last "
		"such line (see LIMITS in mfa-authd(8))",
		text, (long)connection->visit.facts.peer.pid, more);
}
