/* SPDX-License-Identifier: BSD-2-Clause */
/* What follows a question. */
#pragma once

#include "desk.h"
#include "visit.h"

/* Takes MFA_AUTHD_REPLY and MFA_AUTHD_NONE. Any other message ends the login, as one
 * whose conversation has failed. */
void reply_take(struct desk *desk, struct visit *visit, unsigned char letter,
		struct mfa_span payload);

/* Takes the device's reply. */
void reply_take_device(struct desk *desk, struct visit *visit);

/* Nobody will reply. What was begun is concluded, counted and recorded. */
void reply_give_up(struct desk *desk, struct visit *visit);

/* After a verdict that let in, the module has refused: MFA_AUTHD_REFUSE. */
void reply_take_refusal(struct desk *desk, struct visit *visit);
