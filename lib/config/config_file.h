/* SPDX-License-Identifier: BSD-2-Clause */
/* One configuration file, line by line. The grammar is in mfa.conf(5). */
#pragma once

#include "mfa/base.h"

struct config_line {
	const char *path;
	unsigned long number;
	const char *section;
	const char *key;   /* NULL: the line opens the section */
	const char *value; /* without quotes, comments and blanks around it */
};

typedef int (*config_line_fn)(void *context, const struct config_line *line,
			      struct mfa_diag *diag);

/* Calls handle for each section and key of the file, in the order of the file, until it
 * returns an error. Whatever is not of the grammar is an error: a key given twice, a line
 * without "=", a quote without its end. */
int config_file_read(const char *path, config_line_fn handle, void *context,
		     struct mfa_diag *diag) MFA_MUST_CHECK;

/* mfa_fail with "PATH:LINE: " before the text; returns MFA_ERR_CONFIG. */
int config_fail(struct mfa_diag *diag, const struct config_line *line, const char *format,
		...) MFA_PRINTF(3, 4);
