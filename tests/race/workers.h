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
void *workers_memory(size_t size) MFA_MUST_CHECK;

/* A meeting point of count processes. */
void workers_gate_init(pthread_barrier_t *gate, unsigned count);
void workers_gate_wait(pthread_barrier_t *gate);

struct workers {
	pid_t pids[CREW_MAX];
	unsigned count;
};

/* Starts one more process, which runs work(context, its number) and ends, and dies with
 * this one. */
void workers_add(struct workers *workers, void (*work)(void *context, unsigned number),
		 void *context);
/* Waits until all have ended; whether all of them did so on their own. */
bool workers_join(struct workers *workers);
