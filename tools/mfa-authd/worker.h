/* SPDX-License-Identifier: BSD-2-Clause */
/* A process that takes steps of logins, one after the other. Behind a step whose job says
 * that it may linger it waits for a moment whether the module goes on at once, as
 * programs do and persons do not, and takes that step as well: a turn less for the
 * parent. */
#pragma once

#include <stdatomic.h>
#include <sys/types.h>

#include "mfa/base.h"

/* What a worker does in the job of a first step. Each change is one of both sides' alone:
 * a compare and swap. */
enum board_state {
	BOARD_LOOKING_UP = 0, /* a name is looked for, and nothing has been counted */
	BOARD_ANSWERING,      /* the worker's: it lingered, and takes an answer as well */
	BOARD_CONDEMNED, /* the parent's: it is ended, and takes no answer any more */
};

/* In memory that the parent shares with the worker. */
struct worker_board {
	atomic_int state; /* enum board_state */
};

/* Goes on from BOARD_LOOKING_UP; false: the other side was first. */
bool worker_board_leave(struct worker_board *board, enum board_state state)
	MFA_MUST_CHECK;

struct worker {
	pid_t pid; /* 0: none */
	int socket;
};

/* Forks one. It ends when the parent does. board: NULL: it never lingers.
 * MFA_ERR_NOMEM, MFA_ERR_IO. */
int worker_start(const char *config, struct worker_board *board,
		 struct worker *ret_worker) MFA_MUST_CHECK;
