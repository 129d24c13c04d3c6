/* SPDX-License-Identifier: BSD-2-Clause */
#include "reply.h"

#include <stdio.h>
#include <string.h>

#include "channel.h"
#include "mfa/audit.h"
#include "report.h"
#include "step.h"

/* Takes up a visit that is under way. */
static int resume(struct desk *desk, struct visit *visit, struct step *ret_step)
{
	struct mfa_diag *diag = &visit->result.diag;
	int err = step_begin(desk, visit, ret_step);
	if (err == MFA_OK)
		err = login_load(&ret_step->login, diag);
	if (err == MFA_OK)
		err = login_find_zone(&ret_step->login, diag);
	return err;
}

/* The answer, in the packet that it came in. What stands for a password that came again
 * has a NUL byte, and nothing that is typed has one. What is left of a line that cannot
 * end in a code is no code, and is not nothing. */
static struct mfa_secret answer_of(struct desk *desk, const struct mfa_authd_reply *reply)
{
	unsigned char *start =
		desk->packet.data + (size_t)(reply->text.data - desk->packet.data);
	struct mfa_secret answer = { start, reply->text.len };
	if (reply->is_again || (reply->is_cut && reply->text.len == 0)) {
		answer = (struct mfa_secret){ desk->packet.data, 1 };
		answer.data[0] = reply->is_again ? '\0' : '?';
	}
	return answer;
}

static int error_of(unsigned char letter, struct mfa_span payload)
{
	if (letter != MFA_AUTHD_NONE || payload.len != 1)
		return MFA_ERR_CONV;
	switch (payload.data[0]) {
	case MFA_AUTHD_GIVEN_UP:
		return MFA_ERR_ABORT;
	case MFA_AUTHD_NO_MEMORY:
		return MFA_ERR_NOMEM;
	default:
		return MFA_ERR_CONV;
	}
}

/* The device's own question: it is waited for again, unless the login ends here. */
static enum mfa_auth_step answer_device(const struct mfa_auth_request *request,
					struct visit *visit, int err,
					struct mfa_secret *answer)
{
	struct mfa_device_reply reply = { .question = "" };
	enum mfa_auth_step next = mfa_auth_answer_device(request, &visit->state, err,
							 answer, &visit->result);
	if (next != MFA_STEP_DEVICE_QUESTION)
		return next;
	const struct mfa_span typed = { answer->data, answer->len };
	err = mfa_device_reply(&visit->session, typed, &visit->result.diag);
	mfa_auth_forget(request, answer);
	if (err == MFA_OK) {
		visit->wait = VISIT_DEVICE;
		return next;
	}
	return mfa_auth_take_reply(request, &visit->state, MFA_DEVICE_UNUSABLE, &reply,
				   &visit->result);
}

static void answer_login(struct step *step, int err, struct mfa_secret *answer)
{
	struct visit *visit = step->login.visit;
	const struct mfa_auth_request request = step_request(step);
	enum mfa_auth_step next = visit->state.step == MFA_STEP_DEVICE_QUESTION
					  ? answer_device(&request, visit, err, answer)
					  : mfa_auth_answer(&request, &visit->state, err,
							    answer, &visit->result);
	if (visit->wait != VISIT_DEVICE)
		step_go_on(step, &request, next);
}

static void take_answer(struct desk *desk, struct visit *visit, int err,
			const struct mfa_authd_reply *reply)
{
	MFA_CLEANUP(step_done) struct step step = { .text_len = 0 };
	struct mfa_secret answer = { 0 };
	char user[VISIT_TEXT_SIZE] = "";
	if (err == MFA_OK) {
		(void)snprintf(user, sizeof user, "%s", reply->user);
		answer = answer_of(desk, reply);
		step.text_len = reply->text.len;
	}
	size_t text_len = step.text_len;
	int resumed = resume(desk, visit, &step);
	step.text_len = text_len;
	if (resumed != MFA_OK) {
		step_fail(&step, resumed);
		return;
	}
	if (err == MFA_OK && reply->user[0] != '\0')
		step.user = user;
	if (err == MFA_OK)
		step_find_user(&step);
	answer_login(&step, err, &answer);
}

void reply_take(struct desk *desk, struct visit *visit, unsigned char letter,
		struct mfa_span payload)
{
	struct mfa_authd_reply reply = { .user = "" };
	int err = letter == MFA_AUTHD_REPLY ? mfa_authd_unpack_reply(payload, &reply)
					    : error_of(letter, payload);
	if (letter == MFA_AUTHD_REPLY && err != MFA_OK)
		err = MFA_ERR_CONV;
	visit->wait = VISIT_END;
	/* from here on the reply counts, whatever happens to anybody */
	channel_send(desk, MFA_AUTHD_TAKEN, "");
	take_answer(desk, visit, err, &reply);
}

void reply_take_device(struct desk *desk, struct visit *visit)
{
	MFA_CLEANUP(step_done) struct step step = { .text_len = 0 };
	struct mfa_device_reply reply = { .question = "" };
	int err = resume(desk, visit, &step);
	visit->wait = VISIT_END;
	if (err != MFA_OK) {
		mfa_device_close(&visit->session);
		step_fail(&step, err);
		return;
	}
	step_find_user(&step);
	const struct mfa_auth_request request = step_request(&step);
	enum mfa_device_result taken =
		visit->session.ops->collect(&visit->session, &visit->result.diag, &reply);
	step_go_on(&step, &request,
		   mfa_auth_take_reply(&request, &visit->state, taken, &reply,
				       &visit->result));
}

void reply_give_up(struct desk *desk, struct visit *visit)
{
	mfa_device_close(&visit->session);
	visit->state.step = MFA_STEP_QUESTION;
	visit->wait = VISIT_END;
	take_answer(desk, visit, MFA_ERR_CONV, NULL);
}

void reply_take_refusal(struct desk *desk, struct visit *visit)
{
	MFA_CLEANUP(step_done) struct step step = { .text_len = 0 };
	struct mfa_auth_result *result = &visit->result;
	struct mfa_site *site = &desk->site;
	result->verdict = MFA_DENY;
	result->reason = MFA_REASON_USER_CHANGED;
	visit->wait = VISIT_END;
	if (resume(desk, visit, &step) != MFA_OK)
		return;
	struct mfa_event event =
		mfa_auth_event(step.login.zone, &step.login.facts.login, result);
	event.event = login_event(&step.login);
	if (mfa_site_open(site, &result->diag) == MFA_OK &&
	    mfa_audit_append(site->audit, &event, &result->diag) == MFA_OK)
		result->diag.text[0] = '\0';
	mfa_site_close(site);
	report_login(&step.login, "auth", result);
}
