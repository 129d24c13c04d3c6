/* SPDX-License-Identifier: BSD-2-Clause */
#include "places.h"

/* Of those that are there. */
struct census {
	size_t same; /* the user's */
	size_t users;
	size_t own;
};

static struct census count_users(const struct places *places, uid_t uid)
{
	struct census census = { 0 };
	for (size_t i = 0; i < places->count; i++) {
		const struct connection *other = places->connections[i];
		census.same += other->uid == uid;
		census.users += other->uid != 0;
		census.own += other->is_users_own;
	}
	return census;
}

size_t places_of_user(const struct places *places, uid_t uid)
{
	return count_users(places, uid).same;
}

bool places_have_one(const struct places *places, struct connection *connection)
{
	bool is_root = connection->uid == 0;
	bool must_be_here = places->count >= PLACES_SHARED;
	if (places->count >= (size_t)PLACES_MAX - (is_root ? 0 : PLACES_ROOT_HERE))
		return false;
	if (!is_root) {
		struct census census = count_users(places, connection->uid);
		if (census.same >= PLACES_USER)
			return false;
		must_be_here = must_be_here || census.users >= PLACES_USERS ||
			       (connection->is_users_own && census.own >= PLACES_OWN);
	}
	return !must_be_here || connection_is_here(connection);
}
