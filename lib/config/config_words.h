/* SPDX-License-Identifier: BSD-2-Clause */
/* The value of a key that is a list of words, with blanks between. */
#pragma once

#include "config_file.h"
#include "mfa/strings.h"

/* Replaces the list by the line's words. MFA_ERR_CONFIG: one of them can match nothing;
 * MFA_ERR_NOMEM. The list is as it was then. */
int config_words_set(struct mfa_strings *words, bool are_patterns,
		     const struct config_line *line, struct mfa_diag *diag)
	MFA_MUST_CHECK;
