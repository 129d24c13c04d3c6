/* SPDX-License-Identifier: BSD-2-Clause */
/* The arguments of pam_mfa.so in a pam.d line. */
#pragma once

#include "mfa/base.h"

struct mfa_arguments {
	const char *config; /* conf=FILE, or NULL */
	const char *zone;   /* zone=NAME, or NULL */
	bool forward_pass;
	bool explain;
	bool debug;
};

/* Whether pam_mfa.so takes this word; another one makes it fail every login. */
bool mfa_argument_is_known(const char *word);

/* MFA_ERR_CONFIG for a word that is none of these. Strings are borrowed from argv. */
int mfa_arguments_parse(int argc, const char **argv, struct mfa_diag *diag,
			struct mfa_arguments *ret_arguments) MFA_MUST_CHECK;
