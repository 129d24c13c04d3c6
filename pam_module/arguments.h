/* SPDX-License-Identifier: BSD-2-Clause */
/* The arguments of pam_mfa.so in a pam.d line. */
#pragma once

#include "mfa/base.h"

struct arguments {
	const char *config; /* conf=FILE, or NULL */
	const char *zone;   /* zone=NAME, or NULL */
	bool forward_pass;
	bool explain;
	bool debug;
};

/* MFA_ERR_CONFIG for a word that is none of these. Strings are borrowed from argv. */
int arguments_parse(int argc, const char **argv, struct mfa_diag *diag,
		    struct arguments *ret_arguments) MFA_MUST_CHECK;
