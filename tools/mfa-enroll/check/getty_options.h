/* SPDX-License-Identifier: BSD-2-Clause */
/* What a command line has getty, login and sulogin do. */
#pragma once

#include "mfa/base.h"

struct getty_options {
	bool logs_in;		/* somebody, without a question */
	bool skips_password;	/* login gets -f */
	bool has_other_program; /* than login */
	bool forces_shell;	/* sulogin asks nobody where root's account is locked */
};

/* Reads the first getty, login or sulogin of a command line, whatever is before it, as
 * getopt_long does: options joined, abbreviated, quoted. MFA_ERR_NOMEM. */
MFA_MUST_CHECK int getty_options_read(const char *line,
				      struct getty_options *ret_options);
