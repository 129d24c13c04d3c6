/* SPDX-License-Identifier: BSD-2-Clause */
#include "throttle.h"

bool throttle_admit(struct throttle *throttle, struct connection *connection)
{
	return !connection->is_users_own ||
	       pace_take(&throttle->logins, connection->uid, mfa_monotonic_ms(),
			 &connection->not_before_ms);
}

bool throttle_delays(struct throttle *throttle, struct connection *connection)
{
	int64_t now = mfa_monotonic_ms();
	if (connection->visit.wait != VISIT_REPLY || connection->is_paced)
		return false;
	connection->is_paced = true;
	connection->not_before_ms =
		guess_pace_next(&throttle->guesses, &connection->visit.facts.source, now);
	return connection->not_before_ms > now;
}

bool throttle_is_quiet(const struct throttle *throttle)
{
	return throttle->guesses.end_ms <= mfa_monotonic_ms();
}

/* Account management is no login, and takes no turn of one as long as it has turns of its
 * own. */
static void give_back_turn(struct throttle *throttle, const struct connection *connection)
{
	int64_t now = mfa_monotonic_ms();
	int64_t at = 0;
	if (connection->is_users_own &&
	    connection->visit.claims.phase == MFA_AUTHD_ACCOUNT &&
	    pace_take(&throttle->accounts, connection->uid, now, &at) && at <= now)
		pace_give_back(&throttle->logins, connection->uid);
}

static bool has_guessed(const struct connection *connection)
{
	const struct visit *visit = &connection->visit;
	return connection->is_answered &&
	       (visit->wait == VISIT_REPLY ||
		(visit->wait == VISIT_END && visit->result.verdict == MFA_DENY));
}

void throttle_note(struct throttle *throttle, struct connection *connection)
{
	connection->is_paced = false;
	give_back_turn(throttle, connection);
	if (has_guessed(connection))
		guess_pace_count(&throttle->guesses, &connection->visit.facts.source,
				 mfa_monotonic_ms());
}
