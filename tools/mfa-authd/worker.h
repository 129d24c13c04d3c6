/* SPDX-License-Identifier: BSD-2-Clause */
/* A process that takes steps of logins, one after the other. Behind a step whose job says
 * that it may linger it waits for a moment whether the module goes on at once, as
 * programs do and persons do not, and takes that step as well: a turn less for the
 * parent. */
#pragma once

#include <stdatomic.h>
#include <sys/types.h>

#include "mfa/base.h"

/* In memory that the parent shares with the worker: what it does meanwhile. */
struct worker_board {
	atomic_bool has_answer; /* it lingered, and takes a step about an answer */
};

struct worker {
	pid_t pid; /* 0: none */
	int socket;
};

/* Forks one. It ends when the parent does. board: NULL: it never lingers.
 * MFA_ERR_NOMEM, MFA_ERR_IO. */
int worker_start(const char *config, struct worker_board *board,
		 struct worker *ret_worker) MFA_MUST_CHECK;
