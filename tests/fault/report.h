/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line of the fault drivers and what they print. */
#pragma once

#include "fault_fixture.h"

/* Ends the program. */
void die(const char *what) __attribute__((noreturn));

/* Counts cases and prints one line each; a failure says what. */
struct report {
	unsigned passed;
	unsigned failed;
};
void report_ok(struct report *report, const char *name, const char *format, ...)
	MFA_PRINTF(3, 4);
void report_fail(struct report *report, const char *name, const char *format, ...)
	MFA_PRINTF(3, 4);
/* Writes the numbers to a file; the exit status. */
int report_finish(const struct report *report, const char *tally);

/* The command line of both drivers. */
struct options {
	bool wants_all; /* the long form */
	bool wants_list;
	const char *tally;
	const char *module;
	char entry_points[128]; /* names, each between spaces; "": all */
};
struct options options_parse(int argc, char **argv);
bool options_want(const struct options *options, const struct entry_point *entry);

/* The name of a PAM code. */
const char *code_name(int code);
