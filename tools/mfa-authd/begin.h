/* SPDX-License-Identifier: BSD-2-Clause */
/* The first message of a connection: what the program says of the login, and the step up
 * to the first question, or to the verdict. */
#pragma once

#include "login.h"

/* Takes MFA_AUTHD_BEGIN. A message that is none ends the visit. */
void begin_take(struct desk *desk, struct visit *visit, struct mfa_span payload);

/* Whether the program's own language is Japanese, in the character set that our texts
 * have. */
bool begin_wants_japanese(const struct mfa_authd_begin *begin);

/* Whether who asks may ask about this account: root about all, others about the account
 * that they are. */
bool begin_may_ask(const struct login *login);
