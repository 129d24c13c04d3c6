/* SPDX-License-Identifier: BSD-2-Clause */
/* The account phase. For services in the zone's gate it refuses logins that did not pass
 * auth, as with an ssh key alone. */
#pragma once

#include "login.h"

/* Decides, behind login_read_peer, and reports a refusal. ret_result: MFA_EXEMPT, the
 * phase has no part in the decision; MFA_DENY; or an outage, whose error is returned. */
int gate_decide(struct login *login, struct mfa_auth_result *ret_result);
