/* SPDX-License-Identifier: BSD-2-Clause */
/* Protects the program from its caller while it holds locks. */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

#include "mfa/limits.h"
#include "mfa/priority.h"

/* su and sudo run with the real user id, limits, priority and timers of their caller, who
 * can therefore stop, starve or kill them while they hold locks, or between two writes
 * that belong together. Until process_guard_end the real and saved ids are root's, limits
 * and priority are raised, and signals are blocked; then everything is restored. */
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

/* false: the user ids cannot be restored, and the program must not continue with
 * root's. */
bool process_guard_end(struct guard *guard);
