/* SPDX-License-Identifier: BSD-2-Clause */
/* The sources of root's programs from which so many logins wait for a person or a device
 * that no further one may begin. (A user's programs have a limit of their own:
 * places.h.) */
#pragma once

#include "places.h"

enum {
	CROWD_WAITING = 64,
	CROWD_WAITING_TERMINAL = 8,
	CROWD_MAX = PLACES_MAX / CROWD_WAITING_TERMINAL,
};

struct crowd {
	unsigned count;
	unsigned char hashes[CROWD_MAX][SOURCE_HASH_SIZE];
};

/* Finds them. */
void crowd_find(const struct places *places, struct crowd *ret_crowd);

/* Whether the source is one of them. */
bool crowd_has(const struct crowd *crowd, const struct source *source);
