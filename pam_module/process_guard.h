/* SPDX-License-Identifier: BSD-2-Clause */
/* The time in which locks are held, made safe from the person who called the program. */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

#include "mfa/limits.h"
#include "mfa/priority.h"

/* su and sudo run with the real user id, the limits, the priority and the timers of their
 * caller, who may therefore stop, starve or end them, with every lock that they hold, or
 * between two writes that belong together: until process_guard_end the real and saved ids
 * are root's, limits and priority are raised, and signals wait. Everything is as it was
 * afterwards. */
struct guard {
	bool is_on;
	bool has_ids;
	uid_t real;
	uid_t saved;
	sigset_t before;
	struct mfa_limits limits;
	struct mfa_priority priority;
};

void process_guard_begin(struct guard *guard);

/* false: the ids cannot be given back, and the program must not go on with root's. */
bool process_guard_end(struct guard *guard);
