/* SPDX-License-Identifier: BSD-2-Clause */
/* Consoles of this machine: what opens one without a question. */
#pragma once

#include "check/check.h"

/* Tells of a command line that starts getty or login so that nobody is asked. */
void console_look_at_command(struct check *check, struct check_place place,
			     const char *line);

/* Does so for each service of systemd, and tells of those that run something else for
 * whoever is at the terminal. */
void console_look_at_units(struct check *check);
