/* SPDX-License-Identifier: BSD-2-Clause */
#include "conclude.h"

#include <string.h>

#include "decide.h"
#include "grace.h"
#include "locked_work.h"
#include "login_lines.h"

void mfa_auth_forget(const struct mfa_auth_request *request, struct mfa_secret *answer)
{
	if (request->dialog->forget != NULL)
		request->dialog->forget(request->dialog->context, answer);
	else
		mfa_secret_done(answer);
}

static bool is_unanswered(int err)
{
	return err == MFA_ERR_CONV || err == MFA_ERR_ABORT;
}

static void fail_result(struct mfa_auth_result *result, int err)
{
	result->verdict = mfa_verdict_from_err(err);
	result->reason = is_unanswered(err) ? MFA_REASON_NO_ANSWER : MFA_REASON_FAILED;
	result->err = err;
	if (!is_unanswered(err) && result->diag.text[0] == '\0')
		(void)mfa_fail(&result->diag, err, "%s", mfa_strerror(err));
}

/* Every login meets it, with a right or a wrong code. */
static bool is_everybodys(int err)
{
	return err == MFA_ERR_NOSPACE || err == MFA_ERR_READONLY;
}

/* Without a line in the audit trail the login is refused, unless audit_required = no. */
static void record_event(const struct mfa_auth_request *request,
			 struct mfa_auth_result *result)
{
	struct mfa_diag diag = { .text = "" };
	if (!request->site->is_open) /* without the key no line can be chained */
		return;
	bool is_held = request->hold_back != NULL &&
		       request->hold_back(request->context, result);
	int err = is_held ? login_lines_hold(request, result, &diag)
			  : login_lines_append(request, result, &diag);
	result->is_in_trail = err == MFA_OK;
	if (err == MFA_OK)
		return;
	bool is_fatal = request->site->config->is_audit_required &&
			(result->verdict == MFA_ALLOW || result->verdict == MFA_DENY ||
			 result->verdict == MFA_EXEMPT);
	if (is_fatal || result->diag.text[0] == '\0')
		(void)mfa_fail(&result->diag, err, "%s", diag.text);
	if (is_fatal) {
		fail_result(result, err);
		result->is_outage = true;
	}
}

static void let_in(const struct mfa_auth_request *request, enum mfa_verdict verdict,
		   struct mfa_auth_result *result)
{
	result->verdict = verdict;
	if (request->conclude != NULL)
		request->conclude(request->context, result);
}

/* What is not told takes the work of a guess at the user's own token, so that nobody far
 * away learns whose device it is, or whom sshd refuses. */
static int decide_answer(const struct mfa_auth_request *request,
			 const struct conclusion *conclusion,
			 struct mfa_auth_result *result)
{
	if (conclusion->device_answer != NULL)
		return decide_device(request, conclusion->device_answer, result);
	bool is_untold = conclusion->untold != MFA_REASON_NONE;
	const struct mfa_diag why = result->diag;
	int err = decide_typed(request, conclusion->typed, is_untold, result);
	if (is_untold && result->reason != MFA_REASON_RIGHT)
		result->reason = conclusion->untold;
	if (is_untold && result->diag.text[0] == '\0')
		memcpy(result->diag.text, why.text, sizeof why.text);
	return err;
}

/* While the question was open the grace may have ended, or the user been enrolled. */
static int decide_in_grace(const struct mfa_auth_request *request,
			   const struct conclusion *conclusion,
			   struct mfa_auth_result *result)
{
	if (!grace_goes_on(request))
		return decide_answer(request, conclusion, result);
	result->reason = MFA_REASON_GRACE;
	return split_password(conclusion->typed, 0, result);
}

/* Who was enrolled just now is asked by the next login. */
static int decide_unasked(const struct mfa_auth_request *request,
			  struct mfa_auth_result *result)
{
	result->reason = grace_goes_on(request) ? MFA_REASON_GRACE : MFA_REASON_EMPTY;
	return MFA_OK;
}

static int check_conclusion(const struct mfa_auth_request *request,
			    const struct mfa_auth_state *state,
			    const struct conclusion *conclusion,
			    struct mfa_auth_result *result)
{
	result->reason = conclusion->problem;
	if (result->reason != MFA_REASON_NONE)
		return MFA_OK;
	if (!state->is_in_grace)
		return decide_answer(request, conclusion, result);
	return conclusion->typed != NULL ? decide_in_grace(request, conclusion, result)
					 : decide_unasked(request, result);
}

static void let_in_by_reason(const struct mfa_auth_request *request,
			     struct mfa_auth_result *result)
{
	if (result->reason == MFA_REASON_RIGHT)
		let_in(request, MFA_ALLOW, result);
	if (result->reason == MFA_REASON_GRACE)
		let_in(request, MFA_EXEMPT, result);
}

static void decide_and_record(const struct mfa_auth_request *request,
			      const struct mfa_auth_state *state,
			      const struct conclusion *conclusion, int opened,
			      struct mfa_auth_result *result)
{
	int err = conclusion->err == MFA_OK ? opened : conclusion->err;
	if (err == MFA_OK)
		err = check_conclusion(request, state, conclusion, result);
	result->is_outage = opened != MFA_OK || is_everybodys(err);
	if (conclusion->typed != NULL)
		mfa_auth_forget(request, conclusion->typed);
	if (err != MFA_OK)
		fail_result(result, err);
	else
		let_in_by_reason(request, result);
	if (err != MFA_OK && conclusion->problem == MFA_REASON_KEY_UNUSABLE)
		result->reason = conclusion->problem;
	grace_note_refusal(request, result);
	record_event(request, result);
	if (request->report != NULL)
		request->report(request->context, result);
}

void login_reopen(struct mfa_auth_state *state, struct mfa_auth_result *result)
{
	const struct mfa_auth_result fresh = {
		.verdict = MFA_DENY,
		.is_unknown_user = result->is_unknown_user,
	};
	mfa_auth_result_done(result);
	*result = fresh;
	state->busy = (struct mfa_auth_meeting){ .is_met = false };
	state->elsewhere = (struct mfa_auth_meeting){ .is_met = false };
}

void login_conclude(const struct mfa_auth_request *request,
		    const struct mfa_auth_state *state,
		    const struct conclusion *conclusion, struct mfa_auth_result *result)
{
	struct mfa_auth_request present = *request;
	struct mfa_diag diag = { .text = "" };
	result->verdict = MFA_DENY;
	result->busy = state->busy;
	result->elsewhere = state->elsewhere;
	if (request->clock != NULL)
		present.login.now = request->clock();
	MFA_CLEANUP(locked_work_end)
	struct locked_work work = locked_work_begin(&present);
	int opened = locked_work_open(&work, &diag);
	if (opened == MFA_OK)
		opened = mfa_audit_check_limit(request->site->audit, &diag);
	mfa_warn_of(&result->diag, &diag);
	if (opened != MFA_OK && result->diag.text[0] == '\0')
		(void)mfa_fail(&result->diag, opened, "%s", diag.text);
	decide_and_record(&present, state, conclusion, opened, result);
}
