/* SPDX-License-Identifier: BSD-2-Clause */
/* Which kinds of token a new configuration accepts: the administrator's choice, since
 * nobody is to be asked for a key that the house does not have. */
#pragma once

#include "cli/app.h"

/* The kinds, separated by single spaces, the one that leads a question first: those given
 * (--factors), or, if that is NULL, what the person answers. The caller frees ret_list.
 * EXIT_DONE, or the exit code to end with, after a complaint. */
enum exit_code factors_choose(const struct app *app, const char *given, char **ret_list)
	MFA_MUST_CHECK;

/* The sample configuration with these kinds. The caller frees it; NULL: no memory. */
char *factors_write_sample(const char *list);
