/* The time in which locks are held, made safe from the person who called the program. */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

/* su and sudo run with the real user id of their caller, who may therefore stop them, with
 * every lock that they hold: until guard_end the real and saved ids are root's, and the
 * signals that a terminal or a resource limit sends wait. Everything is as it was
 * afterwards. */
struct guard {
	bool is_on;
	bool has_ids;
	uid_t real;
	uid_t saved;
	sigset_t blocked;
	sigset_t before;
};

void guard_begin(struct guard *guard);

/* false: the ids cannot be given back, and the program must not go on with root's. */
bool guard_end(struct guard *guard);
