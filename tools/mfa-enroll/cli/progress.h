/* SPDX-License-Identifier: BSD-2-Clause */
/* A progress bar on standard error, where that is a terminal. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct progress {
	bool has_bar;
	size_t shown; /* permille; more than 1000: nothing yet */
	int width;    /* of the numbers after the bar */
};

struct progress progress_begin(void);
/* Of ten steps or more: fewer are not worth a line. */
void progress_draw(struct progress *progress, size_t done, size_t total);
/* Ends the line, if there is one. */
void progress_end(struct progress *progress);
