/* SPDX-License-Identifier: BSD-2-Clause */
#include "steps.h"

#include "begin.h"
#include "channel.h"
#include "inquire.h"
#include "reply.h"

static void take_first(struct desk *desk, struct visit *visit, unsigned char letter,
		       struct mfa_span payload)
{
	visit->wait = VISIT_END;
	if (letter == MFA_AUTHD_BEGIN)
		begin_take(desk, visit, payload);
	else if (letter == MFA_AUTHD_INQUIRE)
		inquire_answer(desk, visit);
}

static void take_message(struct desk *desk, struct visit *visit, unsigned char letter,
			 struct mfa_span payload)
{
	switch (visit->wait) {
	case VISIT_BEGIN:
		take_first(desk, visit, letter, payload);
		return;
	case VISIT_REPLY:
		reply_take(desk, visit, letter, payload);
		return;
	case VISIT_DEVICE: /* nothing was asked */
		reply_give_up(desk, visit);
		return;
	case VISIT_VERDICT:
		if (letter == MFA_AUTHD_REFUSE)
			reply_take_refusal(desk, visit);
		break;
	case VISIT_END:
		break;
	}
	visit->wait = VISIT_END;
}

void steps_message(struct desk *desk, struct visit *visit)
{
	unsigned char letter = MFA_AUTHD_NONE;
	struct mfa_span payload = { 0 };
	if (channel_receive(desk, &letter, &payload) == MFA_OK)
		take_message(desk, visit, letter, payload);
	else
		steps_gone(desk, visit);
	mfa_wipe(desk->packet.data, desk->packet.len);
}

void steps_device(struct desk *desk, struct visit *visit)
{
	reply_take_device(desk, visit);
}

void steps_gone(struct desk *desk, struct visit *visit)
{
	if (visit->wait == VISIT_REPLY || visit->wait == VISIT_DEVICE)
		reply_give_up(desk, visit);
	visit->wait = VISIT_END;
}
