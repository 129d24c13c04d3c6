/* How a process stands in the queues for processors and disk: as its caller chose, who may
 * have it idle behind loops of the caller's own while it holds what others wait for. */
#pragma once

#include <sched.h>

#include "mfa/base.h"

/* As it was. */
struct mfa_priority {
	int policy;
	int nice;
	bool has_nice; /* it could be asked for */
	cpu_set_t processors;
	bool has_processors;
	long io;
	long timer_slack; /* nanoseconds by which a sleep may be longer */
};

/* Raises the calling thread above every user's: the least nice, on all processors, without
 * idle classes and long slack. Real-time policies are left as they are. What it may not do,
 * as without CAP_SYS_NICE, is left out. */
void mfa_priority_raise(struct mfa_priority *ret_before);

/* Puts back what mfa_priority_raise found. */
void mfa_priority_restore(const struct mfa_priority *before);
