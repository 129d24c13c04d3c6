/* SPDX-License-Identifier: BSD-2-Clause */
/* Configuration files of other programs, which are read line by line. */
#pragma once

#include "check/check.h"

struct config_lines {
	char *path; /* owned, as all of it */
	char *text;
	size_t len;
	char *rest;
	unsigned number; /* of the line that was read last */
};

/* Opens a file of the tree; false: it is not there. */
bool config_lines_open(struct check *check, const char *path,
		       struct config_lines *ret_file);
void config_lines_done(struct config_lines *file);

/* The next line without blanks at its ends, or NULL. With joins, a backslash at the end
 * continues it. */
char *config_lines_next(struct config_lines *file, bool joins);

/* Calls visit with the path of each file in the folder whose name ends so. */
void config_files_each(struct check *check, const char *folder, const char *ending,
		       void (*visit)(struct check *check, const char *path,
				     void *context),
		       void *context);

/* Splits "key = value" or "key value" in place; the value has no blanks at its ends.
 * NULL: a comment or nothing. */
char *config_lines_split_key(char *line, char **ret_value);
