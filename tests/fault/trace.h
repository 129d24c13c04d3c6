/* SPDX-License-Identifier: BSD-2-Clause */
/* A login under ptrace: which system calls it makes between two marks, and one of them
 * spoiled. */
#pragma once

#include "fault_fixture.h"

enum {
	CALLS_MAX = 1024,
	TARGET_SIZE = 128
};

enum how {
	FAIL,  /* the call is skipped and gives -errnum */
	AFTER, /* it is done, and gives -errnum all the same: close, munmap */
	HALF,  /* a read or write of half the length */
	ONE    /* of one byte */
};

struct fault {
	enum how how;
	int errnum;
	bool is_lasting; /* all further calls of this number and target fail too */
};

struct call {
	long number;
	const char *name;
	char target[TARGET_SIZE]; /* the path, or what the descriptor is */
	bool is_of_key;		  /* of asking the YubiKey in the port */
	bool is_of_snapshot; /* whether what was read may have changed: then it is read
				again */
	bool is_of_settling; /* the line is in the trail: the record is to be told so */
};

/* The calls of an undisturbed login. */
struct trace {
	struct call calls[CALLS_MAX];
	size_t count;
};

/* One login under ptrace. */
struct run {
	struct fault_fixture *fixture;
	const struct entry_point *entry;
	struct trace *record; /* not NULL: only look */
	size_t at;	      /* else: the call that fails, or the next like it */
	const struct call *wanted;
	const struct fault *fault;
	struct call hit;
	bool is_inside; /* between the marks */
	size_t seen;
	unsigned hits;
	unsigned long skipped[2]; /* calls from this range of addresses do not count */
};

/* Logs in. With record set the calls are only looked at, else fault hits the one at at.
 */
void trace_login(struct run *run);

/* Where AddressSanitizer's own code lies; nowhere in a build without it. */
void trace_find_sanitizer(unsigned long ret_range[static 2]);

/* Whether it makes a transfer short, which is no error. */
bool fault_is_short(const struct fault *fault);
