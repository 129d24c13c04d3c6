/* SPDX-License-Identifier: BSD-2-Clause */
#include "process_guard.h"

#include <stddef.h>
#include <time.h>
#include <unistd.h>

void process_guard_begin(struct guard *guard)
{
	uid_t effective = 0;
	sigset_t all;
	*guard = (struct guard){ .is_on = true };
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_BLOCK, &all, &guard->before);
	if (getresuid(&guard->real, &effective, &guard->saved) == 0 && effective == 0 &&
	    (guard->real != 0 || guard->saved != 0))
		guard->has_ids = setresuid(0, 0, 0) == 0;
	mfa_limits_raise(&guard->limits);
	mfa_priority_raise(&guard->priority);
}

/* Discards a limit's signal that came meanwhile, as its write has failed already. Other
 * signals are delivered now. */
static void consume_signal(int signal_number, const struct guard *guard)
{
	const struct timespec none = { 0 };
	sigset_t one;
	(void)sigemptyset(&one);
	(void)sigaddset(&one, signal_number);
	if (sigismember(&guard->before, signal_number) == 0)
		while (sigtimedwait(&one, NULL, &none) > 0)
			continue;
}

bool process_guard_end(struct guard *guard)
{
	if (!guard->is_on)
		return true;
	mfa_priority_restore(&guard->priority);
	mfa_limits_restore(&guard->limits);
	bool is_restored =
		!guard->has_ids || setresuid(guard->real, 0, guard->saved) == 0;
	consume_signal(SIGXFSZ, guard);
	(void)pthread_sigmask(SIG_SETMASK, &guard->before, NULL);
	guard->is_on = false;
	return is_restored;
}
