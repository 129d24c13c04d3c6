/* SPDX-License-Identifier: BSD-2-Clause */
/* Two codes in a row from the person, as proof that the token works. */
#pragma once

#include "cli/app.h"

/* Asks until two codes, one after the other, were right, and moves the token's state
 * past them, so that neither can log in. EXIT_REFUSED after too many wrong ones or when
 * the person gives up; has_changed: then it does not say that nothing was changed. */
enum exit_code confirm_token(struct app *app, struct mfa_token *token, bool has_changed)
	MFA_MUST_CHECK;

/* Reads one code, normalized. MFA_ERR_ABORT. */
int confirm_ask_code(const char *prompt, struct mfa_secret *ret_code) MFA_MUST_CHECK;
