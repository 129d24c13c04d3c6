/* SPDX-License-Identifier: BSD-2-Clause */
#include "step.h"

#include <string.h>
#include <unistd.h>

#include "channel.h"
#include "hold.h"
#include "mfa/edits.h"
#include "mfa/process.h"
#include "report.h"

int step_begin(struct desk *desk, struct visit *visit, struct step *ret_step)
{
	*ret_step = (struct step){ .text_len = 0 };
	return login_begin(desk, visit, &ret_step->login);
}

void step_done(struct step *step)
{
	login_done(&step->login);
}

/* Answers are used where they were received, and wiped there. */
static void wipe_answer(void *context MFA_UNUSED, struct mfa_secret *answer)
{
	if (answer->data != NULL)
		mfa_wipe(answer->data, answer->len);
	*answer = (struct mfa_secret){ 0 };
}

static const char *user_of(const struct step *step)
{
	return step->user != NULL ? step->user : step->login.visit->claims.user;
}

static bool has_own_name(const struct step *step)
{
	return strcmp(user_of(step), step->login.facts.identity.name) == 0;
}

/* If PAM's user is not the account's own name it may be another's by now. A user's own
 * program that names another than it has begun with is asked for nothing: it could make
 * names up. */
void step_find_user(struct step *step)
{
	MFA_CLEANUP(nss_done) struct identity now = { 0 };
	const struct visit *visit = step->login.visit;
	if (has_own_name(step) || (visit->facts.peer.uid != 0 &&
				   strcmp(user_of(step), visit->claims.user) != 0))
		return;
	step->is_same_account = nss_find(user_of(step), &now) == MFA_OK &&
				now.is_known == MFA_MATCH_YES &&
				nss_are_same(&now, &step->login.facts.identity);
}

/* Whether PAM's user is still the account whose code was asked for. A name that is not
 * its own is never allowed in without a code. */
static bool is_same_account(const struct step *step, enum mfa_verdict verdict)
{
	return has_own_name(step) || (verdict == MFA_ALLOW && step->is_same_account);
}

/* While enable waits for a login that shows that people get in (mfa-enroll(8)), the line
 * of each that begins a session names the session's process. */
static void name_asker(const struct mfa_peer *peer, struct mfa_auth_result *result)
{
	struct mfa_process process;
	struct mfa_process parent;
	if (access(MFA_EDITS_TRYING, F_OK) != 0 || !peer->is_known ||
	    !mfa_process_is_before_login(peer->pid) ||
	    mfa_process_read(peer->pid, &process) != MFA_OK ||
	    mfa_process_read(process.parent, &parent) != MFA_OK)
		return;
	mfa_process_name(&process, result->process);
	mfa_process_name(&parent, result->parent);
}

static void conclude(void *context, struct mfa_auth_result *result)
{
	const struct step *step = context;
	if (!is_same_account(step, result->verdict)) {
		result->verdict = MFA_DENY;
		result->reason = MFA_REASON_USER_CHANGED;
	}
	if (result->verdict == MFA_ALLOW)
		name_asker(&step->login.visit->facts.peer, result);
}

static void report(void *context, const struct mfa_auth_result *result)
{
	const struct step *step = context;
	hold_settle(step->login.desk, result->is_in_trail);
	if (step->login.desk->told.done != FOLD_HELD)
		report_login(&step->login, "auth", result);
}

static bool hold_line(void *context, const struct mfa_auth_result *result)
{
	const struct step *step = context;
	return hold_back(&step->login, login_event(&step->login), result);
}

struct mfa_auth_request step_request(struct step *step)
{
	struct mfa_auth_request request = login_request(&step->login);
	step->login.dialog.forget = wipe_answer;
	request.conclude = conclude;
	request.hold_back = hold_line;
	request.report = report;
	request.context = step;
	return request;
}

static bool lets_in(const struct mfa_auth_result *result)
{
	return result->verdict == MFA_ALLOW || result->verdict == MFA_EXEMPT;
}

/* Where the line was cut: the module passes on what is before it. */
static size_t find_code_len(const struct step *step)
{
	const struct visit *visit = step->login.visit;
	size_t password_len = visit->result.password.len;
	if (visit->state.is_refused && !lets_in(&visit->result))
		return visit->state.code_len;
	return step->text_len > password_len ? step->text_len - password_len : 0;
}

void step_send_verdict(struct step *step)
{
	struct login *login = &step->login;
	struct visit *visit = login->visit;
	struct mfa_auth_result *result = &visit->result;
	const char *name = visit->is_identified ? visit->facts.name : "";
	const struct mfa_authd_verdict verdict = {
		.verdict = result->verdict,
		.code_len = find_code_len(step),
		.is_marked = result->verdict == MFA_ALLOW ||
			     (result->verdict == MFA_EXEMPT &&
			      result->reason == MFA_REASON_GRACE),
		.name = name,
		.has_uid = visit->facts.is_known == MFA_MATCH_YES,
		.uid = visit->facts.uid,
	};
	channel_send_verdict(login->desk, &verdict);
	if (result->verdict == MFA_UNAVAILABLE && !step->is_asker_at_fault)
		login->desk->is_worn = true;
	visit->wait = lets_in(result) ? VISIT_VERDICT : VISIT_END;
	mfa_auth_result_done(result);
}

/* If nobody can log in, saying so reveals nothing about a user. */
static void explain_outage(const struct login *login)
{
	const struct mfa_config *config = login->desk->site.config;
	mfa_reason_explain(&login->dialog, login_line_language(login),
			   config != NULL ? config->contact : "", MFA_REASON_FAILED);
}

static void finish(struct step *step, const struct mfa_auth_request *request)
{
	struct visit *visit = step->login.visit;
	struct mfa_auth_request told = *request;
	told.language = login_line_language(&step->login);
	if (visit->result.verdict == MFA_UNAVAILABLE && visit->result.is_outage)
		explain_outage(&step->login);
	else
		mfa_auth_tell(&told, &visit->state, &visit->result);
	step_send_verdict(step);
}

static void put_question(struct step *step, const struct mfa_auth_request *request,
			 bool is_of_device)
{
	char prompt[MFA_PROMPT_SIZE];
	struct visit *visit = step->login.visit;
	mfa_auth_prompt(request, &visit->state, prompt);
	visit->wait = VISIT_REPLY;
	channel_show(step->login.desk,
		     is_of_device ? MFA_AUTHD_ASK_DEVICE : MFA_AUTHD_ASK, prompt);
}

/* The device is asked, and left alone. */
static enum mfa_auth_step start_device(const struct mfa_auth_request *request,
				       struct visit *visit)
{
	struct mfa_device_candidates candidates;
	struct mfa_device_reply reply = { .question = "" };
	mfa_device_close(&visit->session);
	enum mfa_auth_step next = mfa_auth_open_device(
		request, &visit->state, &visit->session, &candidates, &visit->result);
	if (next != MFA_STEP_DEVICE)
		return next;
	const struct mfa_device_order order =
		mfa_auth_device_order(request, &visit->state, &candidates);
	if (visit->session.ops->send(&visit->session, &order, &visit->result.diag) ==
	    MFA_OK) {
		visit->wait = VISIT_DEVICE;
		return MFA_STEP_DEVICE;
	}
	return mfa_auth_take_reply(request, &visit->state, MFA_DEVICE_UNUSABLE, &reply,
				   &visit->result);
}

/* Goes on until somebody has to be waited for. */
void step_go_on(struct step *step, const struct mfa_auth_request *request,
		enum mfa_auth_step next)
{
	struct visit *visit = step->login.visit;
	while (next == MFA_STEP_DEVICE) {
		step->text_len = 0; /* no code: a line is the password alone */
		next = start_device(request, visit);
		if (next == MFA_STEP_DEVICE && visit->wait == VISIT_DEVICE)
			return;
	}
	if (next != MFA_STEP_DEVICE_QUESTION)
		mfa_device_close(&visit->session);
	if (next == MFA_STEP_END)
		finish(step, request);
	else
		put_question(step, request, next == MFA_STEP_DEVICE_QUESTION);
}

void step_fail(struct step *step, int err)
{
	struct login *login = &step->login;
	struct mfa_auth_result *result = &login->visit->result;
	step->is_asker_at_fault = err == MFA_ERR_UNSUPPORTED;
	result->verdict = mfa_verdict_from_err(err);
	result->reason = MFA_REASON_FAILED;
	result->is_unknown_user = login->facts.identity.name == NULL ||
				  login->facts.identity.is_known == MFA_MATCH_NO;
	if (result->verdict == MFA_UNAVAILABLE)
		explain_outage(login);
	report_login(login, "auth", result);
	step_send_verdict(step);
}
