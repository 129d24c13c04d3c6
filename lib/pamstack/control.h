/* SPDX-License-Identifier: BSD-2-Clause */
/* The control field of a line of pam.d, as libpam reads it. */
#pragma once

#include "mfa/stack.h"

/* Sets the action of every code that has none yet. */
void control_fill(int actions[static MFA_PAM_CODES], int action);

/* Parses a word ("required") or the inside of brackets ("success=ok default=die"). Codes
 * that are not mentioned become bad. false: a mistake, and all codes are bad. */
bool control_parse(enum mfa_libpam version, const char *text,
		   int ret_actions[static MFA_PAM_CODES]);
