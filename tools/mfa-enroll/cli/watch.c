/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/watch.h"

#include <time.h>

void watch_begin(struct watch *watch)
{
	(void)sigemptyset(&watch->signals);
	(void)sigaddset(&watch->signals, SIGINT);
	(void)sigaddset(&watch->signals, SIGTERM);
	(void)sigaddset(&watch->signals, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &watch->signals, &watch->before);
	watch->bar = progress_begin();
}

void watch_end(struct watch *watch)
{
	const struct timespec none = { 0 };
	progress_end(&watch->bar);
	while (sigtimedwait(&watch->signals, NULL, &none) > 0)
		continue;
	(void)sigprocmask(SIG_SETMASK, &watch->before, NULL);
}

bool watch_step(void *context, size_t done, size_t total)
{
	struct watch *watch = context;
	sigset_t pending;
	progress_draw(&watch->bar, done, total);
	(void)sigpending(&pending);
	return sigismember(&pending, SIGINT) != 1 &&
	       sigismember(&pending, SIGTERM) != 1 && sigismember(&pending, SIGHUP) != 1;
}

void watch_complain_of_stop(const struct app *app)
{
	app_complain("%s", TR(app, MFA_N_("stopped; run it again to go on")));
}
