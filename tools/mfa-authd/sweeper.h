/* SPDX-License-Identifier: BSD-2-Clause */
/* Closing can take long: with a message that nobody has read go the descriptors that came
 * with it, and the last close of somebody's TCP socket waits for as long as that somebody
 * has set (SO_LINGER). So such connections are closed by a process that may hang, and is
 * then replaced: a process that ends waits for nothing. */
#pragma once

#include <sys/types.h>

#include "mfa/base.h"

struct sweeper {
	pid_t pid; /* 0: none yet */
	int socket;
};

/* Closes a connection; never waits. */
void sweeper_close(struct sweeper *sweeper, int *connection);

/* Ends the process. */
void sweeper_done(struct sweeper *sweeper);
