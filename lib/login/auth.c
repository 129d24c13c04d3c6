/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/auth.h"

#include "conclude.h"
#include "grace.h"
#include "typed_key.h"

static enum mfa_auth_step ask_person(const struct mfa_auth_request *request,
				     struct mfa_auth_state *state,
				     struct mfa_auth_result *result)
{
	char prompt[MFA_PROMPT_SIZE];
	struct mfa_secret typed = { 0 };
	mfa_auth_prompt(request, state, prompt);
	int err = request->dialog->ask(request->dialog->context, prompt, &typed);
	return mfa_auth_answer(request, state, err, &typed, result);
}

/* sent: the error of the order, or of the person's reply to the device. */
static enum mfa_auth_step take_reply(const struct mfa_auth_request *request,
				     struct mfa_auth_state *state, int sent,
				     struct mfa_device_session *session,
				     struct mfa_auth_result *result)
{
	struct mfa_device_reply reply = { .question = "" };
	enum mfa_device_result taken =
		sent == MFA_OK ? session->ops->collect(session, &result->diag, &reply)
			       : MFA_DEVICE_UNUSABLE;
	return mfa_auth_take_reply(request, state, taken, &reply, result);
}

/* As during a question, no lock is held while a touch is waited for, and the caller may
 * end the program. */
static enum mfa_auth_step ask_device(const struct mfa_auth_request *request,
				     struct mfa_auth_state *state,
				     struct mfa_device_session *session,
				     struct mfa_auth_result *result)
{
	struct mfa_device_candidates candidates;
	mfa_device_close(session);
	enum mfa_auth_step step =
		mfa_auth_open_device(request, state, session, &candidates, result);
	if (step != MFA_STEP_DEVICE)
		return step;
	const struct mfa_device_order order =
		mfa_auth_device_order(request, state, &candidates);
	int err = session->ops->send(session, &order, &result->diag);
	return take_reply(request, state, err, session, result);
}

static enum mfa_auth_step ask_for_device(const struct mfa_auth_request *request,
					 struct mfa_auth_state *state,
					 struct mfa_device_session *session,
					 struct mfa_auth_result *result)
{
	char prompt[MFA_PROMPT_SIZE];
	struct mfa_secret typed = { 0 };
	mfa_auth_prompt(request, state, prompt);
	int err = request->dialog->ask(request->dialog->context, prompt, &typed);
	enum mfa_auth_step step =
		mfa_auth_answer_device(request, state, err, &typed, result);
	if (step != MFA_STEP_DEVICE_QUESTION)
		return step;
	err = mfa_device_reply(session, (struct mfa_span){ typed.data, typed.len },
			       &result->diag);
	mfa_auth_forget(request, &typed);
	return take_reply(request, state, err, session, result);
}

void mfa_auth_run(const struct mfa_auth_request *request,
		  struct mfa_auth_result *ret_result)
{
	struct mfa_auth_state state;
	MFA_CLEANUP(mfa_device_close) struct mfa_device_session session = { .ops = NULL };
	enum mfa_auth_step step = mfa_auth_begin(request, &state, ret_result);
	while (step != MFA_STEP_END)
		switch (step) {
		case MFA_STEP_QUESTION:
			step = ask_person(request, &state, ret_result);
			break;
		case MFA_STEP_DEVICE:
			step = ask_device(request, &state, &session, ret_result);
			break;
		case MFA_STEP_DEVICE_QUESTION:
			step = ask_for_device(request, &state, &session, ret_result);
			break;
		case MFA_STEP_END:
			break;
		}
	mfa_auth_tell(request, &state, ret_result);
}

static bool may_explain(const struct mfa_auth_request *request,
			const struct mfa_auth_result *result)
{
	if (result->verdict != MFA_DENY && result->verdict != MFA_UNAVAILABLE)
		return false; /* e.g. cancelled by the person */
	if (result->reason == MFA_REASON_KEY_TYPED ||
	    result->reason == MFA_REASON_GARBLED)
		return typed_key_may_be_told(request);
	return request->may_explain || mfa_reason_is_public(result->reason);
}

void mfa_auth_tell(const struct mfa_auth_request *request,
		   const struct mfa_auth_state *state,
		   const struct mfa_auth_result *result)
{
	const char *contact = request->site->config->contact;
	bool is_of_device = state->device_result != MFA_DEVICE_ANSWERED &&
			    result->reason == state->problem;
	if (result->reason == MFA_REASON_GRACE)
		grace_tell(request);
	if (!may_explain(request, result))
		return;
	if (is_of_device)
		mfa_reason_tell(request->dialog, request->language, contact,
				mfa_devices[state->problem_device]->refusal(
					state->device_result));
	else
		mfa_reason_explain(request->dialog, request->language, contact,
				   result->reason);
}

void mfa_auth_result_done(struct mfa_auth_result *result)
{
	mfa_secret_done(&result->password);
}
