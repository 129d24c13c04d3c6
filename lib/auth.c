#include "mfa/auth.h"

#include <string.h>

#include "judge.h"
#include "mfa/text.h"

enum {
	ANSWER_MAX = 1024, /* a longer answer is no code */
	SWAPS_MAX = 200,   /* attempts of one user that may overtake this one */
};

static int ask(const struct mfa_auth_request *request, struct mfa_secret *ret_answer)
{
	const char *prompt =
		request->wants_password
			? mfa_text(request->language, "Password and one-time password: ")
			: mfa_text(request->language, "One-time password: ");
	return request->dialog->ask(request->dialog->context, prompt, ret_answer);
}

static void forget(const struct mfa_auth_request *request, struct mfa_secret *answer)
{
	if (request->dialog->forget != NULL)
		request->dialog->forget(request->dialog->context, answer);
	else
		mfa_secret_done(answer);
}

static bool is_same(const struct mfa_secret *answer, const void *other, size_t len)
{
	return answer->len == len && mfa_secret_is_equal(answer->data, other, len);
}

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
static enum mfa_reason screen(const struct mfa_auth_request *request,
			      const struct mfa_secret *answer)
{
	if (answer->len == 0)
		return MFA_REASON_EMPTY;
	bool is_password = request->password.len > 0 &&
			   is_same(answer, request->password.data, request->password.len);
	return is_password ? MFA_REASON_NOT_A_CODE : MFA_REASON_NONE;
}

/* The record of the user, or the decoy's, which takes the same work. */
static int read_record(const struct mfa_auth_request *request, struct mfa_record *record,
		       bool *ret_is_decoy, struct mfa_diag *diag)
{
	struct mfa_store *store = request->host->store;
	const char *user = request->login.user;
	int err = user[0] == '\0' ? MFA_ERR_NOTFOUND
				  : mfa_store_read(store, user, diag, record);
	*ret_is_decoy = err == MFA_ERR_NOTFOUND;
	if (err == MFA_ERR_NOTFOUND)
		err = mfa_store_read(store, MFA_DECOY_USER, diag, record);
	if (err == MFA_ERR_NOTFOUND)
		return mfa_fail(diag, MFA_ERR_NOTFOUND,
				"the store has no decoy record; run: mfa-enroll init");
	return err;
}

/* Read, judge, swap; again when somebody else's swap came first. */
static int decide(const struct mfa_auth_request *request, const struct judge_case *what,
		  struct judgement *ret_judgement, struct mfa_diag *diag)
{
	struct mfa_record *record = mfa_store_workspace(request->host->store);
	for (int i = 0; i < SWAPS_MAX; i++) {
		struct judgement judgement;
		bool is_decoy = false;
		int err = read_record(request, record, &is_decoy, diag);
		if (err != MFA_OK)
			return err;
		err = judge(record, what, &judgement);
		if (err != MFA_OK)
			return mfa_fail(diag, err, "token of %s: %s", request->login.user,
					mfa_strerror(err));
		err = mfa_store_swap(request->host->store, record, diag);
		if (err == MFA_ERR_CONFLICT)
			continue;
		if (err != MFA_OK)
			return err;
		if (is_decoy)
			judgement = (struct judgement){
				.reason = request->is_known_user
						  ? MFA_REASON_NOT_ENROLLED
						  : MFA_REASON_UNKNOWN_USER,
				.code_len = judgement.code_len,
			};
		*ret_judgement = judgement;
		return MFA_OK;
	}
	return mfa_fail(diag, MFA_ERR_BUSY, "too many logins of this user at once");
}

static int split_password(const struct mfa_secret *answer, size_t code_len,
			  struct mfa_auth_result *result)
{
	size_t len = answer->len > code_len ? answer->len - code_len : 0;
	return mfa_secret_copy(answer->data, len, &result->password);
}

static int check_answer(const struct mfa_auth_request *request, struct mfa_secret *answer,
			struct mfa_auth_result *result)
{
	result->reason = screen(request, answer);
	if (result->reason != MFA_REASON_NONE)
		return MFA_OK;
	if (answer->len > ANSWER_MAX)
		answer->len =
			ANSWER_MAX; /* counted once, as any code of a wrong length */
	else if (!request->wants_password)
		answer->len = mfa_text_normalize_code((char *)answer->data, answer->len);
	struct judge_case what = {
		.zone = request->zone,
		.answer = (const char *)answer->data,
		.len = answer->len,
		.has_password = request->wants_password,
		/* the same work as for others: the time must not tell who may not in */
		.is_no_guess = is_sshd_filler(answer),
		.now = request->login.now,
	};
	struct judgement judgement = { 0 };
	int err = decide(request, &what, &judgement, &result->diag);
	if (err == MFA_OK && request->wants_password)
		err = split_password(answer, judgement.code_len, result);
	if (err != MFA_OK)
		return err;
	result->diag.text[0] = '\0';
	result->reason = judgement.reason;
	result->kind = judgement.kind;
	memcpy(result->token, judgement.token, sizeof result->token);
	return MFA_OK;
}

static void fail(struct mfa_auth_result *result, int err)
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
	struct mfa_diag diag = { "" };
	if (!request->host->is_open) /* there is no key to chain a line with */
		return;
	struct mfa_event event = mfa_auth_event(request->zone, &request->login, result);
	event.actor = request->actor;
	int err = mfa_audit_append(request->host->audit, &event, &diag);
	if (err == MFA_OK)
		return;
	if (result->diag.text[0] == '\0')
		result->diag = diag;
	if (request->host->config->is_audit_required &&
	    (result->verdict == MFA_ALLOW || result->verdict == MFA_DENY))
		fail(result, err);
}

static void allow(const struct mfa_auth_request *request, struct mfa_auth_result *result)
{
	result->verdict = MFA_ALLOW;
	if (request->conclude != NULL)
		request->conclude(request->context, result);
}

static void decide_and_record(const struct mfa_auth_request *request, int asked,
			      struct mfa_secret *answer, struct mfa_auth_result *result)
{
	int opened = mfa_host_open(request->host, &result->diag);
	int err = asked == MFA_OK ? opened : asked;
	result->is_outage = opened != MFA_OK;
	if (err == MFA_OK)
		err = check_answer(request, answer, result);
	forget(request, answer);
	if (err != MFA_OK)
		fail(result, err);
	else if (result->reason == MFA_REASON_RIGHT)
		allow(request, result);
	record_event(request, result);
}

/* From here to its end locks are held, and no person is waited for. */
static void work(const struct mfa_auth_request *request, int asked,
		 struct mfa_secret *answer, struct mfa_auth_result *result)
{
	bool was_open = request->host->is_open;
	if (request->begin_work != NULL)
		request->begin_work(request->context);
	decide_and_record(request, asked, answer, result);
	if (!was_open)
		mfa_host_close(request->host);
	if (request->end_work != NULL)
		request->end_work(request->context);
}

void mfa_auth_run(const struct mfa_auth_request *request,
		  struct mfa_auth_result *ret_result)
{
	struct mfa_auth_request answered = *request;
	struct mfa_secret answer = { 0 };
	*ret_result = (struct mfa_auth_result){
		.verdict = MFA_DENY,
		.is_unknown_user = !request->is_known_user,
	};
	int err = ask(request, &answer);
	if (request->clock != NULL)
		answered.login.now = request->clock();
	work(&answered, err, &answer, ret_result);
	/* who gave up knows why it was no login */
	if (request->may_explain &&
	    (ret_result->verdict == MFA_DENY || ret_result->verdict == MFA_UNAVAILABLE))
		mfa_auth_explain(request->dialog, request->language,
				 request->host->config->contact, ret_result->reason);
}

void mfa_auth_result_done(struct mfa_auth_result *result)
{
	mfa_secret_done(&result->password);
}
