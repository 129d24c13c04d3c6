/* SPDX-License-Identifier: BSD-2-Clause */
#include "interrupt.h"

#include <signal.h>
#include <stddef.h>

static bool is_ignored(int number)
{
	struct sigaction action;
	return sigaction(number, NULL, &action) == 0 &&
	       (action.sa_flags & SA_SIGINFO) == 0 && action.sa_handler == SIG_IGN;
}

/* Other signals that end programs may mean something else to this one. */
bool interrupt_is_pending(void)
{
	sigset_t pending;
	if (sigemptyset(&pending) != 0 || sigpending(&pending) != 0)
		return false;
	return (sigismember(&pending, SIGINT) == 1 && !is_ignored(SIGINT)) ||
	       (sigismember(&pending, SIGQUIT) == 1 && !is_ignored(SIGQUIT));
}
