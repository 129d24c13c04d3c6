/* SPDX-License-Identifier: BSD-2-Clause */
/* How often programs that are a user's own may begin a login: a few at once, then one
 * every few seconds. */
#pragma once

#include <sys/types.h>

#include "mfa/base.h"

enum {
	PACE_USERS = 256
};

struct pace {
	struct {
		uid_t uid;
		int64_t end_ms; /* when the turns that were taken end */
	} users[PACE_USERS];
};

/* Takes a turn. ret_at_ms: when it is; false: it would be too late. */
bool pace_take(struct pace *pace, uid_t uid, int64_t now_ms, int64_t *ret_at_ms);

/* Gives one back that was taken. */
void pace_give_back(struct pace *pace, uid_t uid);
