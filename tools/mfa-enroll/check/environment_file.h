/* SPDX-License-Identifier: BSD-2-Clause */
/* A file of variables, as systemd reads what EnvironmentFile names: with quotes, escapes
 * and lines that continue. */
#pragma once

#include "check/check.h"

/* line: where the assignment begins. */
typedef void (*environment_visitor)(const char *name, const char *value, unsigned line,
				    void *context);

/* Calls visit for each assignment, of which a later one holds. false: versions of systemd
 * differ about what the file says (a comment ends in a backslash), and the lines behind
 * that are visited as well. What cannot be read of it is added as a hole. */
bool environment_file_read(struct check *check, const char *path,
			   environment_visitor visit, void *context);
