/* SPDX-License-Identifier: BSD-2-Clause */
/* Work on many records: a progress bar, and a way to stop between two of them. */
#pragma once

#include "cli/app.h"
#include "cli/interrupt.h"
#include "cli/progress.h"

struct watch {
	struct interrupt interrupt;
	struct progress bar;
};

/* From here on signals wait while a record is written (cli/interrupt.h). */
void watch_begin(struct watch *watch);
/* Takes those that have come, and ends the bar. */
void watch_end(struct watch *watch);

/* Draws the bar. context: the watch; false: a signal has come, stop here. */
bool watch_step(void *context, size_t done, size_t total);

/* Says that the work was stopped, and how to go on. */
void watch_complain_of_stop(const struct app *app);
