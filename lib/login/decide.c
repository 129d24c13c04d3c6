/* SPDX-License-Identifier: BSD-2-Clause */
#include "decide.h"

#include <string.h>

#include "evaluate.h"
#include "grace.h"
#include "lookup.h"
#include "mfa/typed_code.h"
#include "record_status.h"
#include "unlogged.h"

enum {
	ANSWER_MAX = 1024, /* a longer answer is no code */
	CODE_MIN = 6,	   /* characters of the shortest code */
	SWAPS_MAX = 200,   /* swaps that may fail because other logins of the user were
			      faster */
};

bool is_password_again(const struct mfa_auth_request *request,
		       const struct mfa_secret *answer)
{
	return request->password.len > 0 && answer->len == request->password.len &&
	       mfa_secret_is_equal(answer->data, request->password.data, answer->len);
}

bool may_end_in_code(const struct mfa_secret *line)
{
	char code[CODE_MIN];
	const char *text = (const char *)line->data;
	size_t start = mfa_text_code_end(text, line->len);
	size_t used = mfa_text_cut_code(text + start, line->len - start, CODE_MIN, code);
	mfa_wipe(code, sizeof code);
	return used > 0;
}

/* Answers that are not guesses are neither checked nor counted. */
static enum mfa_reason prefilter_answer(const struct mfa_auth_request *request,
					const struct mfa_secret *answer)
{
	const char *text = (const char *)answer->data;
	bool is_blank = answer->len == 0 || (!request->wants_password &&
					     mfa_text_is_blank(text, answer->len));
	if (is_blank)
		return MFA_REASON_EMPTY;
	return is_password_again(request, answer) ? MFA_REASON_NOT_A_CODE
						  : MFA_REASON_NONE;
}

static int64_t time_of(const struct mfa_auth_request *request,
		       const struct evaluation_input *what)
{
	return request->clock != NULL ? request->clock() : what->now;
}

/* Reads, evaluates, swaps; again if another swap came first. */
static int evaluate_and_swap(const struct mfa_auth_request *request,
			     const struct evaluation_input *what,
			     struct evaluation *ret_evaluation, struct mfa_diag *diag)
{
	struct mfa_record *record = mfa_store_workspace(request->site->store);
	for (int i = 0; i < SWAPS_MAX; i++) {
		struct evaluation evaluation;
		struct evaluation_input fresh = *what;
		bool is_decoy = false;
		int err = lookup_record(request, record, &is_decoy, diag);
		if (err != MFA_OK)
			return err;
		/* not earlier than any time in the record: a lock that began while this
		 * login waited would look like one that a wrong clock set */
		fresh.now = time_of(request, what);
		uint32_t unlogged = unlogged_find(record, fresh.now);
		int64_t last_success = record->last_success;
		fresh.record_status = record_status_of(record, &request->login);
		err = evaluate(record, &fresh, &evaluation);
		if (err != MFA_OK)
			return mfa_fail(diag, err, "token of %s: %s", request->login.user,
					mfa_strerror(err));
		if (is_decoy) {
			record->last_success = last_success;
			grace_evaluate_decoy(request, &evaluation);
		}
		if (evaluation.reason == MFA_REASON_RIGHT)
			record_remember_uid(&request->login, record);
		err = mfa_store_swap(request->site->store, record, diag);
		if (err == MFA_ERR_CONFLICT)
			continue;
		evaluation.unlogged = unlogged;
		if (err == MFA_OK)
			*ret_evaluation = evaluation;
		return err;
	}
	return mfa_fail(diag, MFA_ERR_BUSY, "too many logins of this user at once");
}

int split_password(const struct mfa_secret *answer, size_t code_len,
		   struct mfa_auth_result *result)
{
	size_t len = answer->len > code_len ? answer->len - code_len : 0;
	return mfa_secret_copy(answer->data, len, &result->password);
}

static int evaluate_answer(const struct mfa_auth_request *request,
			   const struct evaluation_input *what,
			   struct mfa_auth_result *result, size_t *ret_code_len)
{
	struct evaluation evaluation = { 0 };
	const struct mfa_zone bounds = mfa_zone_bounds(request->site->config);
	struct evaluation_input whole = *what;
	whole.bounds = &bounds;
	int err = mfa_source_id(&request->site->key, &request->login, &result->diag,
				&whole.source);
	if (err == MFA_OK)
		err = evaluate_and_swap(request, &whole, &evaluation, &result->diag);
	if (err != MFA_OK)
		return err;
	/* what is stored, whatever comes now */
	result->unlogged = evaluation.unlogged;
	result->is_noted = evaluation.is_noted;
	err = grace_note_end(request, time_of(request, what), &evaluation, &result->diag);
	if (err != MFA_OK)
		return err;
	evaluation_explain(&evaluation, &request->login, &result->diag);
	result->reason = evaluation.reason;
	result->kind = evaluation.kind;
	memcpy(result->token, evaluation.token, sizeof result->token);
	*ret_code_len = evaluation.code_len;
	return MFA_OK;
}

int decide_typed(const struct mfa_auth_request *request, struct mfa_secret *answer,
		 bool is_no_guess, struct mfa_auth_result *result)
{
	result->reason = prefilter_answer(request, answer);
	if (result->reason != MFA_REASON_NONE)
		return MFA_OK;
	/* before it is normalized, which takes its ends of lines away */
	bool is_filler = mfa_text_is_sshd_filler((const char *)answer->data, answer->len);
	if (answer->len > ANSWER_MAX)
		answer->len =
			ANSWER_MAX; /* counted once, like any code of a wrong length */
	else if (!request->wants_password)
		answer->len = mfa_text_normalize_code((char *)answer->data, answer->len);
	size_t code_len = 0;
	bool is_local = mfa_login_is_local(&request->login);
	const struct evaluation_input what = {
		.zone = request->zone,
		.answer = (const char *)answer->data,
		.len = answer->len,
		.has_password = request->wants_password,
		/* does the same work, so that timing does not reveal refused users */
		.is_no_guess = is_no_guess ||
			       (request->wants_password && !may_end_in_code(answer)) ||
			       is_filler,
		.is_behind_password = request->is_behind_password,
		.is_local = is_local,
		.is_at_console = is_local && request->login.caller == 0 &&
				 request->login.peer == 0,
		.now = request->login.now,
	};
	int err = evaluate_answer(request, &what, result, &code_len);
	if (err == MFA_OK && request->wants_password)
		err = split_password(answer, code_len, result);
	return err;
}

int decide_device(const struct mfa_auth_request *request,
		  const struct mfa_device_answer *answer, struct mfa_auth_result *result)
{
	size_t unused = 0;
	const struct evaluation_input what = {
		.zone = request->zone,
		.device_answer = answer,
		.now = request->login.now,
	};
	return evaluate_answer(request, &what, result, &unused);
}
