#include "guard.h"

#include <stddef.h>
#include <time.h>
#include <unistd.h>

/* SIGXFSZ: a file size limit must end a write with an error, not the process in the
 * middle of a line of the audit trail. */
static const int signals[] = { SIGTSTP, SIGTTIN, SIGTTOU, SIGXFSZ };

void guard_begin(struct guard *guard)
{
	uid_t effective = 0;
	*guard = (struct guard){ .is_on = true };
	(void)sigemptyset(&guard->blocked);
	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
		(void)sigaddset(&guard->blocked, signals[i]);
	(void)pthread_sigmask(SIG_BLOCK, &guard->blocked, &guard->before);
	if (getresuid(&guard->real, &effective, &guard->saved) == 0 && effective == 0 &&
	    (guard->real != 0 || guard->saved != 0))
		guard->has_ids = setresuid(0, 0, 0) == 0;
}

/* A limit's signal that came meanwhile is spent: its write has failed already. One of the
 * terminal's takes effect now. */
static void spend(int signal_number, const struct guard *guard)
{
	const struct timespec none = { 0 };
	sigset_t one;
	(void)sigemptyset(&one);
	(void)sigaddset(&one, signal_number);
	if (sigismember(&guard->before, signal_number) == 0)
		while (sigtimedwait(&one, NULL, &none) > 0)
			continue;
}

bool guard_end(struct guard *guard)
{
	if (!guard->is_on)
		return true;
	bool is_restored =
		!guard->has_ids || setresuid(guard->real, 0, guard->saved) == 0;
	spend(SIGXFSZ, guard);
	(void)pthread_sigmask(SIG_SETMASK, &guard->before, NULL);
	guard->is_on = false;
	return is_restored;
}
