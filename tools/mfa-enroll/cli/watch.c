/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/watch.h"

void watch_begin(struct watch *watch)
{
	watch->interrupt = (struct interrupt){ .is_held = false };
	interrupt_hold(&watch->interrupt);
	watch->bar = progress_begin();
}

void watch_end(struct watch *watch)
{
	progress_end(&watch->bar);
	interrupt_release(&watch->interrupt);
}

bool watch_step(void *context, size_t done, size_t total)
{
	struct watch *watch = context;
	progress_draw(&watch->bar, done, total);
	return !interrupt_has_come();
}

void watch_complain_of_stop(const struct app *app)
{
	app_complain("%s", TR(app, MFA_N_("stopped; run it again to go on")));
}
