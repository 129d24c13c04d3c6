/* SPDX-License-Identifier: BSD-2-Clause */
/* Who gets one of the places for connections. Root's programs elsewhere, as sshd, have no
 * limit but the first two thirds of all; the last third is for people at this machine,
 * and its end for login and greeters there. */
#pragma once

#include "connection.h"

enum {
	PLACES_MAX = 512,
	PLACES_SHARED = PLACES_MAX - PLACES_MAX / 3, /* from where on all must be here */
	PLACES_ROOT_HERE = 32,			     /* the last ones: root's own there */
	PLACES_USER = 32, /* of programs that one user has started */
	/* of programs that are users' own, and of these and the set-uid ones: from where
	 * on a user must be here. One may have many ids. */
	PLACES_OWN = PLACES_SHARED / 2,
	PLACES_USERS = PLACES_SHARED * 3 / 4,
};

struct places {
	size_t count;
	struct connection *connections[PLACES_MAX];
};

/* How many the programs have that the user has started. */
size_t places_of_user(const struct places *places, uid_t uid);

/* Whether there is a place for the connection, which has none yet. Where it is is found
 * out only if that matters. */
bool places_have_one(const struct places *places, struct connection *connection);
