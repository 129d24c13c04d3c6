/* SPDX-License-Identifier: BSD-2-Clause */
#include "flow.h"

enum {
	COUNTED_MAX = 3, /* questions while no device can answer */
	ASKED_MAX = 30, /* in all, with those that another's turn at the devices causes */
};

unsigned flow_find_device(const struct mfa_auth_request *request, unsigned from)
{
	unsigned i = from;
	while (i < mfa_device_count &&
	       (request->zone->factors & 1U << mfa_devices[i]->kind) == 0)
		i++;
	return i;
}

enum mfa_auth_step flow_end(const struct mfa_auth_request *request,
			    struct mfa_auth_state *state,
			    const struct conclusion *conclusion,
			    struct mfa_auth_result *result)
{
	login_conclude(request, state, conclusion, result);
	state->step = MFA_STEP_END;
	return state->step;
}

enum mfa_auth_step flow_end_unanswered(const struct mfa_auth_request *request,
				       struct mfa_auth_state *state,
				       const struct conclusion *conclusion,
				       struct mfa_auth_result *result)
{
	if (!state->is_refused)
		return flow_end(request, state, conclusion, result);
	state->step = MFA_STEP_END;
	return state->step;
}

enum mfa_auth_step flow_refuse(const struct mfa_auth_request *request,
			       struct mfa_auth_state *state, struct mfa_secret *answer,
			       struct mfa_auth_result *result)
{
	const struct conclusion refused = { .problem = MFA_REASON_FAILED,
					    .typed = answer };
	(void)mfa_fail(&result->diag, MFA_ERR_INVALID, "a step out of order");
	if (state->step != MFA_STEP_END)
		return flow_end(request, state, &refused, result);
	if (answer != NULL)
		mfa_auth_forget(request, answer);
	result->verdict = MFA_DENY;
	result->reason = MFA_REASON_FAILED;
	return state->step;
}

static bool is_of_other(enum mfa_reason problem)
{
	return problem == MFA_REASON_KEY_BUSY || problem == MFA_REASON_KEY_ELSEWHERE;
}

bool flow_may_ask_again(const struct mfa_auth_request *request,
			struct mfa_auth_state *state)
{
	state->counted += !is_of_other(state->problem);
	if (state->is_last || state->asked >= ASKED_MAX || state->counted >= COUNTED_MAX)
		return false;
	if (state->has_device)
		state->device = flow_find_device(request, 0);
	state->step = MFA_STEP_QUESTION;
	return true;
}

enum mfa_auth_step flow_ask_again(const struct mfa_auth_request *request,
				  struct mfa_auth_state *state,
				  struct mfa_auth_result *result)
{
	const struct conclusion problem = { .problem = state->problem };
	if (flow_may_ask_again(request, state))
		return state->step;
	return flow_end_unanswered(request, state, &problem, result);
}

enum mfa_auth_step flow_ask_device(struct mfa_auth_state *state)
{
	state->step = MFA_STEP_DEVICE;
	return state->step;
}
