/* SPDX-License-Identifier: BSD-2-Clause */
/* Questions to the person at the terminal, or to a pipe. */
#pragma once

#include "cli/app.h"

enum echo {
	ECHO_HIDDEN,
	ECHO_SHOWN
};

/* Prints the prompt to standard output and reads one line from standard input, without
 * its line feed. MFA_ERR_ABORT: end of input, or Ctrl-C, after which the terminal is as
 * it was; MFA_ERR_INVALID: longer than a line may be. */
int terminal_ask(const char *prompt, enum echo echo, struct mfa_secret *ret_line)
	MFA_MUST_CHECK;

/* Asks a yes-or-no question; --yes answers it. */
bool terminal_confirm(const struct app *app, const char *question);

/* Whether standard output is a terminal. */
bool terminal_is_shown(void);
