#include "question.h"

#include "mfa/yubikey_otp.h"
#include "typed_key.h"

enum {
	QUESTIONS_MAX = 3, /* while no YubiKey can answer */
	ASKED_MAX = 30, /* in all: another's turn at the YubiKeys takes none of those */
};

static int ask_person(const struct mfa_auth_request *request, struct response *response)
{
	char prompt[TOUCH_PROMPT_SIZE];
	touch_prompt(request, &response->touch, response->problem, prompt);
	return request->dialog->ask(request->dialog->context, prompt, &response->typed);
}

void question_forget(const struct mfa_auth_request *request, struct mfa_secret *answer)
{
	if (request->dialog->forget != NULL)
		request->dialog->forget(request->dialog->context, answer);
	else
		mfa_secret_done(answer);
}

bool question_is_password(const struct mfa_auth_request *request,
			  const struct mfa_secret *answer)
{
	return request->password.len > 0 && answer->len == request->password.len &&
	       mfa_secret_is_equal(answer->data, request->password.data, answer->len);
}

/* Enter asks for the YubiKey; so does the password once more, from a program that gives
 * one string to every prompt. */
static bool wants_key(const struct mfa_auth_request *request,
		      const struct response *response)
{
	return response->touch.is_offered &&
	       (response->typed.len == 0 ||
		question_is_password(request, &response->typed));
}

static bool is_garbled_code(const struct mfa_auth_request *request,
			    const struct mfa_secret *answer)
{
	return (request->zone->factors & 1U << MFA_KIND_YUBIKEY_OTP) != 0 &&
	       !request->wants_password && !question_is_password(request, answer) &&
	       mfa_yubikey_otp_is_garbled((const char *)answer->data, answer->len);
}

/* Has the YubiKey answer. *ret_is_final: no other question will help. */
static int ask_key(const struct mfa_auth_request *request, struct mfa_diag *diag,
		   struct response *response, bool *ret_is_final)
{
	int failed = MFA_OK;
	question_forget(request, &response->typed);
	response->problem =
		touch_ask(request, &response->touch, diag, &failed, &response->key);
	response->has_key = response->problem == MFA_REASON_NONE;
	if (response->has_key || failed != MFA_OK)
		*ret_is_final = true;
	return failed;
}

/* What is no guess: the question is put again, or the key that was touched too early is
 * asked, where that may be done. */
static int repeat_question(const struct mfa_auth_request *request, struct mfa_diag *diag,
			   struct response *response, bool *ret_is_final)
{
	bool is_of_no_token = false;
	if (is_garbled_code(request, &response->typed)) {
		response->problem = MFA_REASON_GARBLED;
	} else {
		int err =
			typed_key_check(request, &response->typed, diag, &is_of_no_token);
		if (err != MFA_OK || !is_of_no_token)
			return err;
		response->problem = MFA_REASON_KEY_TYPED;
	}
	*ret_is_final = false;
	if (response->problem == MFA_REASON_KEY_TYPED && response->touch.is_offered)
		return ask_key(request, diag, response, ret_is_final);
	question_forget(request, &response->typed);
	return MFA_OK;
}

/* One question, and the YubiKey where that is the answer. *ret_is_final: no other question
 * will help. */
static int ask_question(const struct mfa_auth_request *request, struct mfa_diag *diag,
			struct response *response, bool *ret_is_final)
{
	int err = ask_person(request, response);
	*ret_is_final = true;
	response->problem = MFA_REASON_NONE;
	diag->text[0] = '\0'; /* of the problem that was told with this question */
	if (err != MFA_OK)
		return err;
	if (!wants_key(request, response))
		return repeat_question(request, diag, response, ret_is_final);
	/* a program that repeats itself would do so again */
	*ret_is_final = response->typed.len > 0;
	return ask_key(request, diag, response, ret_is_final);
}

int question_ask(const struct mfa_auth_request *request, struct mfa_diag *diag,
		 struct response *response)
{
	bool is_final = false;
	int err = MFA_OK;
	int own = 0; /* questions, but for those that only another's turn has cost */
	for (int i = 0; i < ASKED_MAX && own < QUESTIONS_MAX && !is_final; i++) {
		err = ask_question(request, diag, response, &is_final);
		own += !touch_is_of_other(response->problem);
	}
	return err;
}
