/* SPDX-License-Identifier: BSD-2-Clause */
/* Ctrl-C and its like wait while something is done that people must be told of. */
#pragma once

#include <signal.h>

#include "mfa/base.h"

struct interrupt {
	bool is_held;
	sigset_t before;
};

/* From here on SIGINT, SIGTERM, SIGHUP, SIGQUIT and SIGPIPE wait, if they are not
 * ignored. */
void interrupt_hold(struct interrupt *interrupt);
/* Takes those that have come, and lets the next ones through; safe to call twice. */
void interrupt_release(struct interrupt *interrupt);

/* Whether one of them waits: end soon, and say what was done. */
bool interrupt_has_come(void);
