/* SPDX-License-Identifier: BSD-2-Clause */
/* The steps of a login when the person has answered; those of devices are in
 * device_steps.c. */
#include "decide.h"
#include "flow.h"
#include "grace.h"
#include "mfa/typed_code.h"
#include "typed_key.h"

static bool may_use_devices(const struct mfa_auth_request *request)
{
	return flow_find_device(request, 0) < mfa_device_count &&
	       mfa_zone_may_ask_keys(request->zone, &request->login);
}

enum mfa_auth_step mfa_auth_begin(const struct mfa_auth_request *request,
				  struct mfa_auth_state *ret_state,
				  struct mfa_auth_result *ret_result)
{
	*ret_result = (struct mfa_auth_result){
		.verdict = MFA_DENY,
		.is_unknown_user = request->known_user == MFA_MATCH_NO,
	};
	*ret_state = (struct mfa_auth_state){
		.has_device = may_use_devices(request),
		.since_ms = mfa_monotonic_ms(),
	};
	if (ret_state->has_device)
		ret_state->device = ret_state->problem_device =
			flow_find_device(request, 0);
	ret_state->is_in_grace = grace_covers(request);
	/* without need of a code only the password is asked for, if at all */
	if (ret_state->is_in_grace && !request->wants_password) {
		const struct conclusion nothing = { .err = MFA_OK };
		return flow_end(request, ret_state, &nothing, ret_result);
	}
	ret_state->is_at_once = ret_state->has_device && !request->wants_password &&
				request->zone->has_yubikey_at_once;
	ret_state->step = MFA_STEP_QUESTION;
	return ret_state->is_at_once ? flow_ask_device(ret_state) : ret_state->step;
}

/* A used code has its line, and is asked for again where the person may know why: who has
 * just logged in still sees the same code. */
static enum mfa_auth_step end_or_ask_again(const struct mfa_auth_request *request,
					   struct mfa_auth_state *state,
					   const struct conclusion *conclusion,
					   struct mfa_auth_result *result)
{
	(void)flow_end(request, state, conclusion, result);
	if (result->reason != MFA_REASON_USED || result->verdict != MFA_DENY ||
	    !request->asks_used_again)
		return state->step;
	state->problem = MFA_REASON_USED;
	if (flow_may_ask_again(request, state))
		login_reopen(state, result);
	return state->step;
}

/* Enter asks for a device; so does the password again, from a program that answers every
 * question with it. A line for both password and code is never empty. */
static bool wants_device(const struct mfa_auth_request *request,
			 const struct mfa_auth_state *state,
			 const struct mfa_secret *answer)
{
	bool is_enter = !request->wants_password &&
			mfa_text_is_blank((const char *)answer->data, answer->len);
	return state->has_device && (is_enter || is_password_again(request, answer));
}

/* The password alone, or with a code behind it that is refused: the password may just end
 * in digits, so the device is asked in any case, and anything else looks like a code to
 * those who watch. What could be a code is a guess, and counted first. */
static enum mfa_auth_step answer_line(const struct mfa_auth_request *request,
				      struct mfa_auth_state *state,
				      const struct conclusion *conclusion,
				      struct mfa_auth_result *result)
{
	size_t len = conclusion->typed->len;
	state->is_last = true; /* there is one line only */
	if (!may_end_in_code(conclusion->typed)) {
		mfa_auth_forget(request, conclusion->typed);
		return flow_ask_device(state);
	}
	(void)flow_end(request, state, conclusion, result);
	if (result->verdict != MFA_DENY || result->reason == MFA_REASON_USER_CHANGED)
		return state->step;
	state->is_refused = true;
	state->code_len = len - result->password.len;
	mfa_secret_done(&result->password); /* nothing secret is kept meanwhile */
	return flow_ask_device(state);
}

static bool is_line_with_device(const struct mfa_auth_request *request,
				const struct mfa_auth_state *state,
				const struct mfa_secret *answer)
{
	return request->wants_password && state->has_device && !state->is_in_grace &&
	       answer->len > 0;
}

enum mfa_auth_step mfa_auth_answer(const struct mfa_auth_request *request,
				   struct mfa_auth_state *state, int asked,
				   struct mfa_secret *answer,
				   struct mfa_auth_result *result)
{
	struct conclusion conclusion = { .err = asked, .typed = answer };
	if (state->step != MFA_STEP_QUESTION)
		return flow_refuse(request, state, answer, result);
	result->diag.text[0] = '\0'; /* of the problem before */
	state->problem = MFA_REASON_NONE;
	state->device_result = MFA_DEVICE_ANSWERED;
	state->problem_device = state->device;
	state->asked++;
	if (asked != MFA_OK)
		return flow_end(request, state, &conclusion, result);
	if (wants_device(request, state, answer)) {
		/* such a program would repeat itself */
		state->is_last = is_password_again(request, answer);
		mfa_auth_forget(request, answer);
		return flow_ask_device(state);
	}
	if (is_line_with_device(request, state, answer))
		return answer_line(request, state, &conclusion, result);
	/* the password is ignored, since it may look like anything */
	if (!is_password_again(request, answer))
		state->problem = typed_key_problem(request, answer, &result->diag,
						   &conclusion.err);
	if (!typed_key_may_be_told(request))
		conclusion.untold = state->problem;
	if (state->problem == MFA_REASON_NONE || conclusion.untold != MFA_REASON_NONE)
		return end_or_ask_again(request, state, &conclusion, result);
	mfa_auth_forget(request, answer);
	if (state->problem == MFA_REASON_KEY_TYPED && state->has_device) {
		result->diag.text[0] = '\0';   /* of the code, not of the key's answer */
		return flow_ask_device(state); /* it was touched too early */
	}
	return flow_ask_again(request, state, result);
}

/* A device counts wrong answers, and refuses for ever after the last one. */
enum mfa_auth_step mfa_auth_answer_device(const struct mfa_auth_request *request,
					  struct mfa_auth_state *state, int asked,
					  struct mfa_secret *answer,
					  struct mfa_auth_result *result)
{
	struct conclusion refused = { .err = asked,
				      .problem = MFA_REASON_NOT_A_CODE,
				      .typed = answer };
	if (state->step != MFA_STEP_DEVICE_QUESTION)
		return flow_refuse(request, state, answer, result);
	if (asked != MFA_OK || is_password_again(request, answer))
		return flow_end(request, state, &refused, result);
	state->replies++;
	return state->step;
}
