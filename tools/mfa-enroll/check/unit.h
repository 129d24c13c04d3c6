/* SPDX-License-Identifier: BSD-2-Clause */
/* A service of systemd by its files: the first file of that name in the folders that
 * systemd reads, and the drop-ins of all of them. */
#pragma once

#include "check/check.h"

/* Where systemd looks for units; of these, an earlier one has precedence. NULL ends
 * them. */
extern const char *const unit_folders[];

/* The file of the unit, or of its template, which the caller frees; NULL: there is none.
 * Of a masked unit it cannot be read. */
char *unit_find(const struct check *check, const char *name);

/* One setting of [Service], and where it is; visit may change the value. */
typedef void (*unit_visitor)(const char *key, char *value, struct check_place place,
			     void *context);

/* Calls visit for each setting, but for those of drop-ins of the name except (or NULL),
 * in the order in which systemd takes them: of two with one key the later holds, unless
 * it is a list. */
void unit_each(struct check *check, const char *name, const char *except,
	       unit_visitor visit, void *context);

/* Calls visit for what systemd sets for all of them: [Manager] of its system.conf. */
void unit_each_of_systemd(struct check *check, unit_visitor visit, void *context);

/* The next word of a value, in place, without its quotes; NULL: there is none. */
char *unit_next_word(char **rest);

/* The same of a word's parts with ":" between them. ret_ends: the word has no more. */
char *unit_next_part(char **rest, bool *ret_ends);

/* What the variable is for the programs of the unit; the caller frees it. NULL: it is not
 * set. ret_is_unknown: nobody can tell, since it may be set elsewhere. */
char *unit_find_variable(struct check *check, const char *unit, const char *name,
			 bool *ret_is_unknown);

/* A command with the values of its variables in their place, which the caller frees.
 * NULL: out of memory. ret_is_unknown: one of them is. */
char *unit_expand(struct check *check, const char *unit, const char *command,
		  bool *ret_is_unknown);

enum {
	UNIT_PROGRAM_SIZE = 256
};

/* Whether what a command runs at a terminal is known to ask there, or only to show
 * something. ret_program: its name. */
bool unit_command_asks(const char *command, char ret_program[static UNIT_PROGRAM_SIZE]);

/* Whether a command opens a terminal or screen by itself, for whoever is there.
 * ret_program: what does, or untouched. */
bool unit_command_opens(const char *command, char ret_program[static UNIT_PROGRAM_SIZE]);

/* Adds the hole that a program gets options from a variable of which nothing is known. */
void unit_add_unknown_options(struct check *check, struct check_place place,
			      const char *program);

/* Whether a value means yes. */
bool unit_is_yes(const char *value);

/* The services of the host. */
struct unit_names {
	struct mfa_strings all;	   /* also templates, and those with drop-ins alone */
	struct mfa_strings wanted; /* those that something starts: X.wants, X.requires */
};

/* Collects them from every folder that systemd reads. The caller ends with
 * unit_names_done. */
void unit_list(struct check *check, struct unit_names *ret_names);
void unit_names_done(struct unit_names *names);

/* The path of the link that has the service started, which the caller frees; NULL: there
 * is none. */
char *unit_find_wanted(const struct check *check, const char *name);

/* The path of the file by whose text something starts the service (Wants=, OnFailure=,
 * Unit= and the like), which the caller frees; NULL: there is none. */
char *unit_find_reference(struct check *check, const char *name);
