/* SPDX-License-Identifier: BSD-2-Clause */
/* The steps of a login while a device is asked. */
#include <limits.h>
#include <string.h>

#include "candidates.h"
#include "flow.h"
#include "locked_work.h"
#include "wrong_token.h"

enum {
	AT_ONCE_MS = 10000, /* before the first question: the person may want to type */
	REPLIES_MAX = 3,    /* to devices, whose own tries somebody else could use up */
	SECOND_MS = 1000,
};

static const enum mfa_reason device_reasons[MFA_DEVICE_RESULT_COUNT] = {
	[MFA_DEVICE_ANSWERED] = MFA_REASON_NONE,
	[MFA_DEVICE_ASKS] = MFA_REASON_NONE,
	[MFA_DEVICE_ABSENT] = MFA_REASON_KEY_ABSENT,
	[MFA_DEVICE_OTHER] = MFA_REASON_KEY_OTHER,
	[MFA_DEVICE_EMPTY] = MFA_REASON_KEY_EMPTY,
	[MFA_DEVICE_UNTOUCHED] = MFA_REASON_KEY_UNTOUCHED,
	[MFA_DEVICE_SILENT] = MFA_REASON_KEY_SILENT,
	[MFA_DEVICE_CUT_OFF] = MFA_REASON_KEY_CUT_OFF,
	[MFA_DEVICE_DAMAGED] = MFA_REASON_KEY_DAMAGED,
	[MFA_DEVICE_CLAIMED] = MFA_REASON_KEY_CLAIMED,
	[MFA_DEVICE_BLOCKED] = MFA_REASON_KEY_BLOCKED,
	[MFA_DEVICE_HIDDEN] = MFA_REASON_KEY_HIDDEN,
	[MFA_DEVICE_TOO_OLD] = MFA_REASON_KEY_TOO_OLD,
	[MFA_DEVICE_UNFIT] = MFA_REASON_KEY_UNFIT,
	[MFA_DEVICE_BUSY] = MFA_REASON_KEY_BUSY,
	[MFA_DEVICE_ELSEWHERE] = MFA_REASON_KEY_ELSEWHERE,
	[MFA_DEVICE_UNUSABLE] = MFA_REASON_KEY_UNUSABLE,
};

/* The device's question is put, unless nobody would answer it, or not any more. */
static enum mfa_auth_step begin_device_question(const struct mfa_auth_request *request,
						struct mfa_auth_state *state,
						const struct mfa_device_reply *reply,
						struct mfa_auth_result *result)
{
	struct conclusion refused = { .problem = MFA_REASON_NONE };
	if (state->is_last) /* a program that answers with the password */
		refused.problem = MFA_REASON_NOT_A_CODE;
	else if (state->replies >= REPLIES_MAX)
		refused.problem = MFA_REASON_KEY_WRONG;
	if (refused.problem != MFA_REASON_NONE)
		return flow_end(request, state, &refused, result);
	memcpy(state->device_question, reply->question, sizeof reply->question);
	state->step = MFA_STEP_DEVICE_QUESTION;
	return state->step;
}

/* An unknown name may be a password typed too early, so others must not see it. */
static void make_turn(const struct mfa_auth_request *request, struct mfa_turn *ret_turn)
{
	const struct mfa_login *login = &request->login;
	bool is_nobody = request->known_user == MFA_MATCH_NO;
	mfa_turn_make(login->service, login->tty, is_nobody ? NULL : login->user,
		      ret_turn);
}

static void note_meeting(struct mfa_auth_state *state,
			 enum mfa_device_result device_result)
{
	const struct mfa_auth_meeting met = { .is_met = true, .turn = state->other };
	if (device_result == MFA_DEVICE_ELSEWHERE) {
		state->since_ms = state->other.answered_ms; /* is reported once */
		state->elsewhere = met;
	} else if (device_result == MFA_DEVICE_BUSY && state->busy.turn.number == 0) {
		state->busy = met;
	}
}

/* How much a result says of the devices; 0: it is no problem. */
static unsigned rank_result(enum mfa_device_result device_result)
{
	static const unsigned ranks[MFA_DEVICE_RESULT_COUNT] = {
		[MFA_DEVICE_UNUSABLE] = 1, [MFA_DEVICE_ABSENT] = 2,
		[MFA_DEVICE_UNFIT] = 3,	   [MFA_DEVICE_TOO_OLD] = 3,
		[MFA_DEVICE_OTHER] = 4,
	};
	bool is_none =
		device_result == MFA_DEVICE_ANSWERED || device_result == MFA_DEVICE_ASKS;
	return is_none || ranks[device_result] > 0 ? ranks[device_result] : UINT_MAX;
}

/* Of the kinds that one Enter asks, the first one's problem is reported, unless a later
 * one's is more specific. */
static void note_result(struct mfa_auth_state *state,
			enum mfa_device_result device_result,
			const struct mfa_turn *other)
{
	unsigned rank = rank_result(device_result);
	if (rank > 0 && rank <= rank_result(state->device_result))
		return;
	state->other = *other;
	state->device_result = device_result;
	state->problem_device = state->device;
	state->problem = device_reasons[device_result];
	note_meeting(state, device_result);
}

/* If a device is not there, one of another kind may be. */
static bool may_try_next(const struct mfa_auth_request *request,
			 struct mfa_auth_state *state,
			 enum mfa_device_result device_result)
{
	unsigned next = flow_find_device(request, state->device + 1);
	if (rank_result(device_result) > rank_result(MFA_DEVICE_OTHER) ||
	    next >= mfa_device_count)
		return false;
	state->device = next;
	return true;
}

/* The first question, after a device that was asked before it. Nobody has pressed Enter:
 * that none of the person's is there is no news. */
static enum mfa_auth_step ask_after_device(const struct mfa_auth_request *request,
					   struct mfa_auth_state *state,
					   struct mfa_auth_result *result)
{
	state->is_at_once = false;
	state->device = flow_find_device(request, 0);
	if (rank_result(state->device_result) <= rank_result(MFA_DEVICE_OTHER)) {
		state->problem = MFA_REASON_NONE;
		state->device_result = MFA_DEVICE_ANSWERED;
		state->problem_device = state->device;
		result->diag.text[0] = '\0';
	}
	state->step = MFA_STEP_QUESTION;
	return state->step;
}

/* err: of a device that cannot be used. The login ends with it if no other kind could be
 * asked. */
static enum mfa_auth_step leave_device(const struct mfa_auth_request *request,
				       struct mfa_auth_state *state,
				       enum mfa_device_result device_result, int err,
				       struct mfa_auth_result *result)
{
	const struct conclusion unusable = { .err = err,
					     .problem = MFA_REASON_KEY_UNUSABLE };
	if (may_try_next(request, state, device_result))
		return flow_ask_device(state);
	if (state->is_at_once)
		return ask_after_device(request, state, result);
	if (state->device_result == MFA_DEVICE_UNUSABLE)
		return flow_end_unanswered(request, state, &unusable, result);
	return flow_ask_again(request, state, result);
}

/* The same work with and without tokens: people at the machine see its ports, but must
 * not learn what the store holds. The device loads its libraries while the record is
 * read. */
static enum mfa_auth_step open_device(const struct mfa_auth_request *request,
				      struct mfa_auth_state *state,
				      struct mfa_device_session *ret_session,
				      struct mfa_device_candidates *ret_candidates,
				      struct mfa_auth_result *result)
{
	static const struct mfa_turn nobody;
	const struct mfa_device_ops *device = mfa_devices[state->device];
	struct mfa_diag *diag = &result->diag;
	struct conclusion failed = { .problem = MFA_REASON_FAILED };
	struct locked_work work = locked_work_begin(request);
	int unusable = device->open(request->plugin_folder, diag, ret_session);
	if (unusable == MFA_OK && (failed.err = locked_work_open(&work, diag)) == MFA_OK)
		failed.err = candidates_find(request, device, state->wrong_tokens,
					     ret_candidates, diag);
	locked_work_end(&work);
	state->candidates = (unsigned)ret_candidates->count;
	if (unusable != MFA_OK) {
		mfa_device_close(ret_session);
		note_result(state, MFA_DEVICE_UNUSABLE, &nobody);
		return leave_device(request, state, MFA_DEVICE_UNUSABLE, unusable,
				    result);
	}
	if (failed.err == MFA_OK)
		return state->step;
	state->problem = failed.problem;
	return flow_end(request, state, &failed, result);
}

enum mfa_auth_step mfa_auth_open_device(const struct mfa_auth_request *request,
					struct mfa_auth_state *state,
					struct mfa_device_session *ret_session,
					struct mfa_device_candidates *ret_candidates,
					struct mfa_auth_result *result)
{
	*ret_session = (struct mfa_device_session){ .ops = NULL };
	*ret_candidates = (struct mfa_device_candidates){ .count = 0 };
	if (state->step != MFA_STEP_DEVICE)
		return flow_refuse(request, state, NULL, result);
	if (state->own.number == 0)
		make_turn(request, &state->own);
	unsigned device;
	do {
		device = state->device;
		(void)open_device(request, state, ret_session, ret_candidates, result);
	} while (state->step == MFA_STEP_DEVICE && state->device != device);
	return state->step;
}

struct mfa_device_order mfa_auth_device_order(
	const struct mfa_auth_request *request, const struct mfa_auth_state *state,
	const struct mfa_device_candidates *candidates)
{
	int64_t timeout_ms = request->zone->yubikey_timeout * SECOND_MS;
	if (state->is_at_once && timeout_ms > AT_ONCE_MS)
		timeout_ms = AT_ONCE_MS;
	return (struct mfa_device_order){
		.candidates = candidates,
		.timeout_ms = timeout_ms,
		.turn = &state->own,
		.since_ms = state->since_ms,
	};
}

/* The device may hold another of the user's tokens, if this one was programmed anew. An
 * error shows again when the answer is evaluated. */
static bool may_ask_other_token(const struct mfa_auth_request *request,
				struct mfa_auth_state *state,
				const struct mfa_device_answer *answer)
{
	struct mfa_diag unused = { .text = "" };
	uint32_t wrong = 0;
	if (state->candidates < 2 ||
	    wrong_token_find(request, mfa_devices[state->device]->kind, answer, &unused,
			     &wrong) != MFA_OK)
		return false;
	state->wrong_tokens |= wrong;
	return wrong != 0;
}

/* None of the tokens that are left is there. */
static bool is_without_other_token(const struct mfa_auth_state *state,
				   enum mfa_device_result device_result)
{
	return state->wrong_tokens != 0 &&
	       (device_result == MFA_DEVICE_ABSENT || device_result == MFA_DEVICE_OTHER ||
		device_result == MFA_DEVICE_EMPTY);
}

static enum mfa_auth_step end_answered(const struct mfa_auth_request *request,
				       struct mfa_auth_state *state,
				       const struct conclusion *conclusion,
				       struct mfa_auth_result *result)
{
	if (state->is_refused)
		login_reopen(state, result);
	return flow_end(request, state, conclusion, result);
}

static enum mfa_auth_step follow_reply(const struct mfa_auth_request *request,
				       struct mfa_auth_state *state,
				       enum mfa_device_result device_result,
				       const struct mfa_device_reply *reply,
				       struct mfa_auth_result *result)
{
	const struct conclusion answered = { .device_answer = &reply->answer };
	const struct conclusion wrong = { .problem = MFA_REASON_KEY_WRONG };
	if (is_without_other_token(state, device_result))
		return end_answered(request, state, &wrong, result);
	note_result(state, device_result, &reply->other);
	if (device_result == MFA_DEVICE_ASKS)
		return begin_device_question(request, state, reply, result);
	if (device_result == MFA_DEVICE_ANSWERED &&
	    may_ask_other_token(request, state, &reply->answer))
		return flow_ask_device(state);
	if (device_result == MFA_DEVICE_ANSWERED)
		return end_answered(request, state, &answered, result);
	return leave_device(request, state, device_result, MFA_ERR_IO, result);
}

enum mfa_auth_step mfa_auth_take_reply(const struct mfa_auth_request *request,
				       struct mfa_auth_state *state,
				       enum mfa_device_result device_result,
				       struct mfa_device_reply *reply,
				       struct mfa_auth_result *result)
{
	if (state->step != MFA_STEP_DEVICE && state->step != MFA_STEP_DEVICE_QUESTION)
		(void)flow_refuse(request, state, NULL, result);
	else
		(void)follow_reply(request, state, device_result, reply, result);
	mfa_wipe(reply, sizeof *reply);
	return state->step;
}
