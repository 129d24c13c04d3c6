/* SPDX-License-Identifier: BSD-2-Clause */
#include "pace.h"

enum {
	INTERVAL_MS = 3000,
	AT_ONCE = 10,
	PATIENCE_MS = 10000,
};

/* The user's place; else the one whose turns ended first. If it has to be one whose turns
 * have not, so many users are at work that a turn more or less does not matter. */
static unsigned find_place(const struct pace *pace, uid_t uid)
{
	unsigned oldest = 0;
	for (unsigned i = 0; i < PACE_USERS; i++) {
		if (pace->users[i].uid == uid && pace->users[i].end_ms > 0)
			return i;
		if (pace->users[i].end_ms < pace->users[oldest].end_ms)
			oldest = i;
	}
	return oldest;
}

bool pace_take(struct pace *pace, uid_t uid, int64_t now_ms, int64_t *ret_at_ms)
{
	unsigned place = find_place(pace, uid);
	bool is_known = pace->users[place].uid == uid;
	int64_t end = is_known ? pace->users[place].end_ms : 0;
	if (end < now_ms)
		end = now_ms;
	int64_t at = end - (int64_t)INTERVAL_MS * (AT_ONCE - 1);
	if (at - now_ms > PATIENCE_MS)
		return false;
	pace->users[place].uid = uid;
	pace->users[place].end_ms = end + INTERVAL_MS;
	*ret_at_ms = at > now_ms ? at : now_ms;
	return true;
}

void pace_give_back(struct pace *pace, uid_t uid)
{
	unsigned place = find_place(pace, uid);
	if (pace->users[place].uid == uid && pace->users[place].end_ms > INTERVAL_MS)
		pace->users[place].end_ms -= INTERVAL_MS;
}
