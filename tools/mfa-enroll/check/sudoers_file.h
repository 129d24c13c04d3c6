/* SPDX-License-Identifier: BSD-2-Clause */
/* What reads the parts of one file of sudoers. */
#pragma once

#include "check/sudoers.h"
#include "check/sudoers_lexer.h"

struct sudoers_file {
	struct sudoers *sudoers;
	const char *path; /* borrowed */
	struct sudoers_lexer lexer;
	struct sudoers_token token; /* the next one */
	unsigned depth;
	bool is_passed_by; /* by sudo: what it says takes nothing back */
};

/* Goes on to the next token. */
void sudoers_file_advance(struct sudoers_file *file);
/* Whether it is the end of the entry. */
bool sudoers_file_is_at_end(const struct sudoers_file *file);
/* Counts something that is kept; false: there is too much, which is added as a hole. */
bool sudoers_file_has_room(struct sudoers_file *file);

/* Reads a line that began with this word: "Defaults", and perhaps a scope. */
void sudoers_defaults_read(struct sudoers_file *file, const char *word);
void sudoers_defaults_free(struct sudoers *sudoers);

/* Reads a list of users with commas; whether root is all of them. */
bool sudoers_users_read(struct sudoers_file *file);
/* Reads what is behind "User_Alias". */
void sudoers_aliases_read(struct sudoers_file *file);
