/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line: common options, a subcommand's own, help. */
#pragma once

#include "cli/commands.h"

/* Reads the common options before the subcommand. ret_next: the index of the
 * subcommand's name. EXIT_DONE to go on; with *ret_is_over the program ends with what is
 * returned (--help, --version, a mistake). */
enum exit_code options_read_common(struct app *app, int argc, char **argv, int *ret_next,
				   bool *ret_is_over);

/* Reads a subcommand's words; argv[0] is its name. */
enum exit_code options_read_command(struct app *app, const struct command *command,
				    int argc, char **argv,
				    struct invocation *ret_invocation, bool *ret_is_over);

/* The table of subcommands, ends with a NULL. */
extern const struct command *const commands[];
