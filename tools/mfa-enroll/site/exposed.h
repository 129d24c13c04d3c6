/* SPDX-License-Identifier: BSD-2-Clause */
/* Tokens whose secrets a thief of an old store key has, with a copy of the store: those
 * that were enrolled before the rekey. */
#pragma once

#include "cli/app.h"

/* rekeyed: mfa_rekey_time; 0: none, so no token is. A kind of which the store has no
 * secret is not among them. */
bool exposed_is(const struct mfa_token *token, int64_t rekeyed);

/* After a rekey: says whom all this concerns and what to do. */
enum exit_code exposed_print(struct app *app) MFA_MUST_CHECK;
