/* SPDX-License-Identifier: BSD-2-Clause */
/* Consoles of this machine: what opens one without a question. */
#pragma once

#include "check/check.h"

/* Tells of a command line that starts getty or login so that nobody is asked. */
void console_look_at_command(struct check *check, struct check_place place,
			     const char *line);

/* Tells of what has sulogin ask nobody where root's account is locked. */
void console_tell_force(struct check *check, struct check_place place);

/* Tells of a setting of a service that hands getty or login a credential by which nobody
 * is asked; and of such credentials that are stored for all. */
void console_look_at_credential(struct check *check, struct check_place place,
				const char *key, const char *value);
void console_look_at_credential_stores(struct check *check);

/* Does so for each service of systemd, and tells of those that run something else for
 * whoever is at the terminal. */
void console_look_at_units(struct check *check);
