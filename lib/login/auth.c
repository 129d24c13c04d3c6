#include "mfa/auth.h"

#include <string.h>

#include "evaluate.h"
#include "grace.h"
#include "login_lines.h"
#include "lookup.h"
#include "mfa/text.h"
#include "question.h"
#include "record_status.h"
#include "unlogged.h"

enum {
	ANSWER_MAX = 1024, /* a longer answer is no code */
	SWAPS_MAX = 200,   /* attempts of one user that may overtake this one */
};

/* What sshd gives every prompt of a user it will not let in: this over and over, to the
 * length of what was typed. */
static bool is_sshd_filler(const struct mfa_secret *answer)
{
	static const char filler[] = "\b\n\r\177INCORRECT";
	for (size_t i = 0; i < answer->len; i++)
		if (answer->data[i] != (unsigned char)filler[i % (sizeof filler - 1)])
			return false;
	return true;
}

/* Answers that are no guesses, and so neither checked nor counted. */
static enum mfa_reason prefilter_answer(const struct mfa_auth_request *request,
					const struct mfa_secret *answer)
{
	if (answer->len == 0)
		return MFA_REASON_EMPTY;
	return question_is_password(request, answer) ? MFA_REASON_NOT_A_CODE
						     : MFA_REASON_NONE;
}

/* Read, evaluate, swap; again when somebody else's swap came first. */
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
		/* later than all that the record tells of: else a lock that began while
		 * this login waited would look like one of a wrong clock */
		if (request->clock != NULL)
			fresh.now = request->clock();
		uint32_t unlogged = unlogged_find(record, fresh.now);
		int64_t last_success = record->last_success;
		fresh.record_status = record_status_of(record, &request->login);
		err = evaluate(record, &fresh, &evaluation);
		if (err != MFA_OK)
			return mfa_fail(diag, err, "token of %s: %s", request->login.user,
					mfa_strerror(err));
		if (is_decoy) {
			record->last_success = last_success;
			grace_evaluate_decoy(request, fresh.now, record, &evaluation);
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

static int split_password(const struct mfa_secret *answer, size_t code_len,
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
	evaluation_explain(&evaluation, &request->login, &result->diag);
	result->reason = evaluation.reason;
	result->kind = evaluation.kind;
	result->unlogged = evaluation.unlogged;
	result->is_noted = evaluation.is_noted;
	memcpy(result->token, evaluation.token, sizeof result->token);
	*ret_code_len = evaluation.code_len;
	return MFA_OK;
}

static int check_typed(const struct mfa_auth_request *request, struct mfa_secret *answer,
		       struct mfa_auth_result *result)
{
	result->reason = prefilter_answer(request, answer);
	if (result->reason != MFA_REASON_NONE)
		return MFA_OK;
	if (answer->len > ANSWER_MAX)
		answer->len =
			ANSWER_MAX; /* counted once, as any code of a wrong length */
	else if (!request->wants_password)
		answer->len = mfa_text_normalize_code((char *)answer->data, answer->len);
	size_t code_len = 0;
	bool is_local = mfa_login_is_local(&request->login);
	const struct evaluation_input what = {
		.zone = request->zone,
		.answer = (const char *)answer->data,
		.len = answer->len,
		.has_password = request->wants_password,
		/* the same work as for others: the time must not tell who may not in */
		.is_no_guess = is_sshd_filler(answer),
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

static int check_response(const struct mfa_auth_request *request,
			  struct response *response, struct mfa_auth_result *result)
{
	size_t unused = 0;
	const struct evaluation_input what = {
		.zone = request->zone,
		.key = &response->key,
		.now = request->login.now,
	};
	result->reason = response->problem;
	/* a question may be open for longer than the grace lasts */
	if (response->problem == MFA_REASON_GRACE &&
	    request->login.now >= request->zone->grace_until)
		result->reason = MFA_REASON_NOT_ENROLLED;
	if (response->problem == MFA_REASON_GRACE && request->wants_password)
		return split_password(&response->typed, 0, result);
	if (response->problem != MFA_REASON_NONE)
		return MFA_OK;
	return response->has_key ? evaluate_answer(request, &what, result, &unused)
				 : check_typed(request, &response->typed, result);
}

static void fail_result(struct mfa_auth_result *result, int err)
{
	result->verdict = mfa_verdict_from_err(err);
	result->reason = MFA_REASON_FAILED;
	result->err = err;
	if (result->diag.text[0] == '\0')
		(void)mfa_fail(&result->diag, err, "%s", mfa_strerror(err));
}

/* No login without its line in the audit trail, unless the configuration says so. */
static void record_event(const struct mfa_auth_request *request,
			 struct mfa_auth_result *result)
{
	struct mfa_diag diag = { .text = "" };
	if (!request->site->is_open) /* there is no key to chain a line with */
		return;
	int err = login_lines_append(request, result, &diag);
	if (err == MFA_OK)
		return;
	bool is_fatal = request->site->config->is_audit_required &&
			(result->verdict == MFA_ALLOW || result->verdict == MFA_DENY ||
			 result->verdict == MFA_EXEMPT);
	if (is_fatal || result->diag.text[0] == '\0')
		(void)mfa_fail(&result->diag, err, "%s", diag.text);
	if (is_fatal)
		fail_result(result, err);
}

static void let_in(const struct mfa_auth_request *request, enum mfa_verdict verdict,
		   struct mfa_auth_result *result)
{
	result->verdict = verdict;
	if (request->conclude != NULL)
		request->conclude(request->context, result);
}

static void decide_and_record(const struct mfa_auth_request *request, int asked,
			      struct response *response, struct mfa_auth_result *result)
{
	struct mfa_diag diag = { .text = "" };
	int opened = mfa_site_open(request->site, &diag);
	if (opened == MFA_OK)
		opened = mfa_audit_check_limit(request->site->audit, &diag);
	int err = asked == MFA_OK ? opened : asked;
	result->is_outage = opened != MFA_OK;
	mfa_warn_of(&result->diag, &diag);
	if (opened != MFA_OK && result->diag.text[0] == '\0')
		(void)mfa_fail(&result->diag, opened, "%s", diag.text);
	if (err == MFA_OK)
		err = check_response(request, response, result);
	question_forget(request, &response->typed);
	if (err != MFA_OK)
		fail_result(result, err);
	if (err != MFA_OK && response->problem == MFA_REASON_KEY_UNUSABLE)
		result->reason = response->problem;
	if (err == MFA_OK && result->reason == MFA_REASON_RIGHT)
		let_in(request, MFA_ALLOW, result);
	if (err == MFA_OK && result->reason == MFA_REASON_GRACE)
		let_in(request, MFA_EXEMPT, result);
	grace_note_refusal(request, result);
	record_event(request, result);
	if (request->report != NULL)
		request->report(request->context, result);
}

/* From here to its end locks are held, and no person is waited for. */
static void decide_with_locks(const struct mfa_auth_request *request, int asked,
			      struct response *response, struct mfa_auth_result *result)
{
	bool was_open = request->site->is_open;
	if (request->begin_work != NULL)
		request->begin_work(request->context);
	decide_and_record(request, asked, response, result);
	if (!was_open)
		mfa_site_close(request->site);
	if (request->end_work != NULL)
		request->end_work(request->context);
}

/* What stands with the key in the port is seen by whoever stands there, and says nothing
 * of the password. */
static bool may_explain_to_user(const struct mfa_auth_request *request,
				const struct mfa_auth_result *result)
{
	if (result->verdict != MFA_DENY && result->verdict != MFA_UNAVAILABLE)
		return false; /* who gave up knows why it was no login */
	return request->may_explain || (result->reason >= MFA_REASON_GARBLED &&
					result->reason <= MFA_REASON_KEY_UNUSABLE);
}

void mfa_auth_run(const struct mfa_auth_request *request,
		  struct mfa_auth_result *ret_result)
{
	struct mfa_auth_request answered = *request;
	struct response response = { .has_key = false };
	*ret_result = (struct mfa_auth_result){
		.verdict = MFA_DENY,
		.is_unknown_user = request->known_user == MFA_MATCH_NO,
	};
	int err = MFA_OK;
	touch_begin(request, &response.touch);
	bool is_in_grace = grace_covers(request);
	/* who need not type a code is asked for the password alone, if at all */
	if (!is_in_grace || request->wants_password)
		err = question_ask(request, &ret_result->diag, &response);
	if (is_in_grace)
		response.problem = MFA_REASON_GRACE;
	ret_result->busy = response.touch.busy;
	ret_result->elsewhere = response.touch.elsewhere;
	if (request->clock != NULL)
		answered.login.now = request->clock();
	decide_with_locks(&answered, err, &response, ret_result);
	mfa_wipe(&response, sizeof response);
	if (ret_result->reason == MFA_REASON_GRACE)
		grace_tell(request);
	if (may_explain_to_user(request, ret_result))
		mfa_reason_explain(request->dialog, request->language,
				   request->site->config->contact, ret_result->reason);
}

void mfa_auth_result_done(struct mfa_auth_result *result)
{
	mfa_secret_done(&result->password);
}
