/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/interrupt.h"

#include <time.h>

static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE };

static bool is_ignored(int number)
{
	struct sigaction action;
	return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

/* Without those that the caller has ignored, as nohup(1) does: held, they would wait
 * all the same. */
static void fill_set(sigset_t *ret_set)
{
	(void)sigemptyset(ret_set);
	for (size_t i = 0; i < MFA_COUNT(signals); i++)
		if (!is_ignored(signals[i]))
			(void)sigaddset(ret_set, signals[i]);
}

void interrupt_hold(struct interrupt *interrupt)
{
	sigset_t held;
	if (interrupt->is_held)
		return;
	fill_set(&held);
	interrupt->is_held = sigprocmask(SIG_BLOCK, &held, &interrupt->before) == 0;
}

void interrupt_release(struct interrupt *interrupt)
{
	const struct timespec none = { 0 };
	sigset_t held;
	if (!interrupt->is_held)
		return;
	fill_set(&held);
	while (sigtimedwait(&held, NULL, &none) > 0)
		continue;
	(void)sigprocmask(SIG_SETMASK, &interrupt->before, NULL);
	interrupt->is_held = false;
}

bool interrupt_has_come(void)
{
	sigset_t pending;
	(void)sigpending(&pending);
	for (size_t i = 0; i < MFA_COUNT(signals); i++)
		if (sigismember(&pending, signals[i]) == 1 && !is_ignored(signals[i]))
			return true;
	return false;
}
