#include "judge.h"

#include <string.h>

#include "mfa/factor.h"

enum {
	DEFAULT_CODE_LEN = 6
};

/* The end of the answer that could be this token's code, as an attempt. */
static bool cut_attempt(const struct judge_case *what,
			const struct mfa_factor_ops *factor,
			const struct mfa_token *token, struct mfa_attempt *ret_attempt)
{
	size_t len = what->len;
	if (what->has_password)
		len = factor->code_len(token);
	if (len > what->len)
		return false;
	*ret_attempt = (struct mfa_attempt){
		.code = what->answer + what->len - len,
		.len = len,
		.answer = what->key,
		.now = what->now,
		.zone = what->zone,
	};
	return true;
}

/* What one token said. */
struct answer {
	enum mfa_check check;
	struct mfa_advance advance;
	size_t code_len;
};

static int ask_token(const struct mfa_token *token, const struct judge_case *what,
		     struct answer *ret_answer)
{
	const struct mfa_factor_ops *factor = mfa_factor_find(token->kind);
	struct mfa_attempt attempt;
	*ret_answer = (struct answer){ .check = MFA_CHECK_MISFIT };
	bool is_key = token->kind == MFA_KIND_YUBIKEY;
	if (factor == NULL || (what->zone->factors & 1U << token->kind) == 0 ||
	    is_key != (what->key != NULL) || !cut_attempt(what, factor, token, &attempt))
		return MFA_OK;
	ret_answer->code_len = attempt.len;
	return factor->verify(token, &attempt, &ret_answer->check, &ret_answer->advance);
}

static enum mfa_reason reason_of(enum mfa_check check)
{
	switch (check) {
	case MFA_CHECK_RIGHT:
		return MFA_REASON_RIGHT;
	case MFA_CHECK_USED:
		return MFA_REASON_USED;
	case MFA_CHECK_CLOCK:
		return MFA_REASON_CLOCK;
	case MFA_CHECK_WRONG:
	case MFA_CHECK_MISFIT:
		break;
	}
	return MFA_REASON_WRONG;
}

/* Asks every token, whatever the ones before it said; the most telling answer counts,
 * and of equal ones that of an active token. ret_best: the token it is of, or NULL. */
static int ask_tokens(struct mfa_record *record, const struct judge_case *what,
		      struct mfa_token **ret_best, struct answer *ret_answer)
{
	struct mfa_token *best = NULL;
	struct answer most = { .check = MFA_CHECK_MISFIT, .code_len = DEFAULT_CODE_LEN };
	for (size_t i = 0; i < record->token_count; i++) {
		struct mfa_token *token = &record->tokens[i];
		struct answer answer;
		int err = ask_token(token, what, &answer);
		if (err != MFA_OK)
			return err;
		bool is_instead = best != NULL && answer.check == most.check &&
				  best->state != MFA_STATE_ACTIVE &&
				  token->state == MFA_STATE_ACTIVE;
		if (answer.check > most.check || is_instead) {
			best = token;
			most = answer;
		}
	}
	*ret_best = best;
	*ret_answer = most;
	return MFA_OK;
}

static int accept(struct mfa_record *record, struct mfa_token *token,
		  const struct mfa_advance *advance, int64_t now)
{
	int err = mfa_factor_find(token->kind)->advance(token, advance);
	if (err != MFA_OK)
		return err;
	token->last_used = now;
	/* a lock on codes does not stop a YubiKey, nor does a YubiKey end it */
	if (mfa_policy_lock(record, now) == MFA_LOCK_NONE)
		mfa_policy_count_success(record, now);
	else
		record->last_success = now;
	return MFA_OK;
}

int judge(struct mfa_record *record, const struct judge_case *what,
	  struct judgement *ret_judgement)
{
	struct mfa_token *token = NULL;
	struct answer answer;
	int err = ask_tokens(record, what, &token, &answer);
	if (err != MFA_OK)
		return err;
	struct judgement found = {
		.reason = reason_of(answer.check),
		.code_len = answer.code_len < what->len ? answer.code_len : what->len,
	};
	if (token != NULL && answer.check >= MFA_CHECK_USED) {
		memcpy(found.token, token->id, sizeof found.token);
		found.kind = token->kind;
	}
	if (found.reason == MFA_REASON_RIGHT && token->state != MFA_STATE_ACTIVE)
		found.reason = MFA_REASON_SUSPENDED;
	/* a locked record did the same work, and nothing comes of it */
	if (what->key == NULL && mfa_policy_lock(record, what->now) != MFA_LOCK_NONE)
		found.reason = MFA_REASON_LOCKED;
	if (found.reason == MFA_REASON_WRONG && what->key != NULL)
		found.reason = MFA_REASON_KEY_WRONG;
	if (found.reason == MFA_REASON_WRONG && what->is_no_guess)
		found.reason = MFA_REASON_NOT_A_CODE;
	if (found.reason == MFA_REASON_RIGHT)
		err = accept(record, token, &answer.advance, what->now);
	else if (found.reason == MFA_REASON_WRONG)
		mfa_policy_count_failure(what->zone, record, what->now);
	else
		record->last_failure = what->now;
	if (err == MFA_OK)
		*ret_judgement = found;
	return err;
}
