/* SPDX-License-Identifier: BSD-2-Clause */
/* The control field of a line of pam.d, as libpam reads it. */
#pragma once

#include "mfa/pamcode.h"

/* Gives every code that has no action yet this one. */
void control_fill(int actions[static MFA_PAM_CODES], int action);

/* A word ("required") or the inside of brackets ("success=ok default=die"). Codes that it
 * says nothing of become bad; with a mistake in it all do. false: there is a mistake. */
bool control_parse(const char *text, int ret_actions[static MFA_PAM_CODES]);
