/* SPDX-License-Identifier: BSD-2-Clause */
/* sudoers, as sudo reads it: the file, what it includes, and what is set in it. */
#pragma once

#include "check/check.h"

/* One parameter of a Defaults line. */
struct sudoers_default {
	char *scope; /* "" for everybody; else as it is written: ":taro", ">root" */
	char *name;
	char *value; /* "" without one */
	bool is_on;  /* no "!" is before it */
	char *file;
	unsigned line;
};

struct sudoers {
	struct check *check;
	/* Of two with one scope and name only the later one, if sudo is sure to take it.
	 */
	struct sudoers_default *defaults;
	size_t count;
	struct mfa_strings aliases;	 /* User_Alias: of two with one name the first */
	struct mfa_strings root_aliases; /* those of root alone */
	/* Rules that ask nobody, but for root's own. */
	struct sudoers_place {
		char *file;
		unsigned line;
	} * nopasswd;
	size_t nopasswd_count;
	/* Read so far; there is a limit to each. */
	size_t files;
	size_t bytes;
	size_t entries;
};

/* Reads path and what it includes into a struct that begins with its check alone. What is
 * not read to its end is added as a hole. */
void sudoers_read(struct sudoers *sudoers, const char *path);
void sudoers_done(struct sudoers *sudoers);

/* Whether a scope is that of root's own logins. */
bool sudoers_is_for_root(const struct sudoers *sudoers, const char *scope);
