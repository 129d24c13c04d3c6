/* SPDX-License-Identifier: BSD-2-Clause */
/* Scheduling priority. su and sudo inherit their caller's, who may have set it so low
 * that they hardly run while they hold a lock that others wait for. */
#pragma once

#include <sched.h>

#include "mfa/base.h"

/* The priority before. */
struct mfa_priority {
	int policy;
	int nice;
	bool has_nice; /* it could be read */
	cpu_set_t processors;
	bool has_processors;
	long io;
	long timer_slack; /* nanoseconds by which a sleep may be longer */
};

/* Raises the calling thread's priority above every user's: lowest nice value, all
 * processors, no idle class, no long timer slack. Real-time policies are not changed.
 * What is not permitted, as without CAP_SYS_NICE, is omitted. */
void mfa_priority_raise(struct mfa_priority *ret_before);

/* Puts back what mfa_priority_raise found. */
void mfa_priority_restore(const struct mfa_priority *before);
