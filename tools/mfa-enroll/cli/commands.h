/* SPDX-License-Identifier: BSD-2-Clause */
/* What a subcommand is, and all of them, one file each. */
#pragma once

#include "cli/app.h"

enum {
	OPTIONS_MAX = 16
};

struct option_spec {
	const char *name;     /* without the dashes */
	const char *argument; /* what --help calls its value; NULL: a flag */
	const char *help;     /* NULL: people have no use for it, and --help is silent */
};

/* A subcommand's own words. values[i] belongs to options[i]: its text, "" for a given
 * flag, NULL when it was not given. */
struct invocation {
	char **arguments;
	int count;
	const char *values[OPTIONS_MAX];
};

struct command {
	const char *name;
	const char *arguments; /* as the synopsis shows them */
	int least;	       /* how many arguments it takes */
	int most;
	const char *summary; /* one line */
	const char *help;    /* further lines, or NULL */
	bool has_json;
	bool asks;			   /* for a confirmation, which --yes gives */
	const struct option_spec *options; /* COMMAND_OPTIONS, or none */
	size_t option_count;
	enum exit_code (*run)(struct app *app, const struct invocation *invocation);
};

/* A command's own options, for its initializer. A table of more than OPTIONS_MAX does not
 * compile. */
#define COMMAND_OPTIONS(table)                                                        \
	.options = (table),                                                           \
	.option_count = sizeof(struct {                                               \
		_Static_assert(MFA_COUNT(table) <= OPTIONS_MAX, "raise OPTIONS_MAX"); \
		char counted[MFA_COUNT(table)];                                       \
	})

extern const struct command command_init;
extern const struct command command_add;
extern const struct command command_list;
extern const struct command command_show;
extern const struct command command_test;
extern const struct command command_suspend;
extern const struct command command_resume;
extern const struct command command_remove;
extern const struct command command_unlock;
extern const struct command command_retire;
extern const struct command command_adopt;
extern const struct command command_rename;
extern const struct command command_prune;
extern const struct command command_resync;
extern const struct command command_rekey;
extern const struct command command_key;
extern const struct command command_verify;
extern const struct command command_yubikey;
extern const struct command command_check;
extern const struct command command_enable;
extern const struct command command_disable;
