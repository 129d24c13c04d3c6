/* SPDX-License-Identifier: BSD-2-Clause */
/* A program run system call by system call. */
#pragma once

#include <sys/types.h>

#include "mfa/base.h"

struct trace {
	pid_t pid;
	bool is_exit;  /* stopped behind the call, not before it */
	uint64_t call; /* its number */
	uint64_t arguments[6];
	int64_t result; /* is_exit: what it gave back */
	int status;	/* after the end: as from waitpid */
	/* Of a program that goes on for ever: what it does is done, and it has ended for
	 * trace_next when it rests. NULL: it ends by itself. */
	bool (*is_over)(void *context);
	void *context;
};

/* Forks; the child runs run(context), which calls trace_me where counting is to begin
 * and never returns. */
void trace_begin(struct trace *trace, void (*run)(void *context), void *context);
void trace_me(void);

/* Traces a process that runs already, from now on. */
void trace_attach(struct trace *trace, pid_t pid, bool (*is_over)(void *context),
		  void *context);

/* Goes on to the next entry of, or return from, a system call; false: it has ended. */
bool trace_next(struct trace *trace);
/* Goes on until the program enters this call. */
bool trace_until(struct trace *trace, uint64_t call);

void trace_kill(struct trace *trace);

/* Copies the program's memory. */
void trace_read(const struct trace *trace, uint64_t address, void *buffer, size_t size);
/* A text of the program's, cut to size. */
void trace_read_text(const struct trace *trace, uint64_t address, char *text,
		     size_t size);
