/* SPDX-License-Identifier: BSD-2-Clause */
/* Processes that are released together, and the memory that they share. */
#pragma once

#include <pthread.h>
#include <sys/types.h>

#include "mfa/base.h"

enum {
	CREW_MAX = 16
};

/* Zeroed memory that processes forked from here share. Never freed. */
void *crew_memory(size_t size) MFA_MUST_CHECK;

/* A meeting point of count processes. */
void crew_gate_init(pthread_barrier_t *gate, unsigned count);
void crew_gate_wait(pthread_barrier_t *gate);

struct crew {
	pid_t pids[CREW_MAX];
	unsigned count;
};

/* Starts one more process, which runs work(context, its number) and ends, and dies with
 * this one. */
void crew_add(struct crew *crew, void (*work)(void *context, unsigned number),
	      void *context);
/* Waits until all have ended; whether all of them did so on their own. */
bool crew_join(struct crew *crew);
