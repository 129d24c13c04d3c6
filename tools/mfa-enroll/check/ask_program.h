/* SPDX-License-Identifier: BSD-2-Clause */
/* What a program of the system says of itself. Root runs this, so it has to be root's. */
#pragma once

#include "mfa/base.h"

/* Whether it and the folders above it are root's, and nobody else may write them. */
bool ask_program_may_run(const char *path);

/* Runs the program at the absolute path argv[0], if it may: without environment and
 * input, for ten seconds at most. true: it ended with status 0, and ret_text has what it
 * printed, which fits. */
bool ask_program(char *const argv[], char *ret_text, size_t size);

/* The same with an environment, of "NAME=VALUE" and a NULL. */
bool ask_program_in(char *const argv[], char *const environment[], char *ret_text,
		    size_t size);

/* The same as ask_program, but ret_text has what it printed as errors. */
bool ask_program_errors(char *const argv[], char *ret_text, size_t size);
