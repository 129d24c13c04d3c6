/* SPDX-License-Identifier: BSD-2-Clause */
/* Configuration files of other programs, which are read line by line. */
#pragma once

#include "check/check.h"

struct config_lines {
	char *path; /* owned, as all of it */
	char *text;
	size_t len;
	char *rest;
	unsigned number; /* of the line that was read last, where several are one */
};

/* How a format continues lines, and which lines it passes by. */
enum config_joins {
	CONFIG_JOINS_NONE,
	/* Units, as the manual of systemd 241 and later has it, and 252 does. To an older
	 * one a comment between joined lines is the end of them. */
	CONFIG_JOINS_SYSTEMD,
	CONFIG_JOINS_UDEV,
	CONFIG_JOINS_SUDO, /* sudo.conf, not sudoers */
	CONFIG_JOINS_DOAS,
	CONFIG_JOINS_PAM
};

/* Opens a file of the tree; false: it is not there. What cannot be read of it is added as
 * a hole. */
bool config_lines_open(struct check *check, const char *path,
		       struct config_lines *ret_file);
void config_lines_done(struct config_lines *file);

/* The next line with those that continue it, without blanks at its ends; NULL: there is
 * none. Comments may be among the lines. */
char *config_lines_next(struct config_lines *file, enum config_joins joins);

/* Calls visit with the path of each file in the folder whose name ends so. */
void config_files_each(struct check *check, const char *folder, const char *ending,
		       void (*visit)(struct check *check, const char *path,
				     void *context),
		       void *context);

/* Splits "key = value" or "key value" in place; the value has no blanks at its ends.
 * NULL: a comment or nothing. */
char *config_lines_split_key(char *line, char **ret_value);
/* The same for sshd_config, where quotes may be around the key or a part of it. */
char *config_lines_split_quoted_key(char *line, char **ret_value);
