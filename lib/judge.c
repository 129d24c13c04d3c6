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
		.now = what->now,
		.zone = what->zone,
	};
	return true;
}

/* One token's answer. The token is changed only by MFA_CHECK_RIGHT. */
static int check_token(struct mfa_token *token, const struct judge_case *what,
		       enum mfa_check *ret_check, size_t *ret_len)
{
	const struct mfa_factor_ops *factor = mfa_factor_find(token->kind);
	struct mfa_attempt attempt;
	*ret_check = MFA_CHECK_MISFIT;
	if (factor == NULL || (what->zone->factors & 1U << token->kind) == 0 ||
	    !cut_attempt(what, factor, token, &attempt))
		return MFA_OK;
	*ret_len = attempt.len;
	return factor->verify(token, &attempt, ret_check);
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

/* Asks every token, whatever the ones before it said; the most telling answer counts.
 * An active token's right code comes before a suspended one's. */
static int check_tokens(struct mfa_record *record, const struct judge_case *what,
			struct judgement *found)
{
	enum mfa_check best = MFA_CHECK_MISFIT;
	MFA_CLEANUP(mfa_token_free) struct mfa_token *trial = mfa_token_new();
	if (trial == NULL)
		return MFA_ERR_NOMEM;
	for (size_t i = 0; i < record->token_count; i++) {
		struct mfa_token *token = &record->tokens[i];
		enum mfa_check check = MFA_CHECK_MISFIT;
		size_t len = 0;
		*trial = *token;
		int err = check_token(trial, what, &check, &len);
		if (err != MFA_OK)
			return err;
		bool is_suspended = token->state != MFA_STATE_ACTIVE;
		bool is_better = check > best || (found->reason == MFA_REASON_SUSPENDED &&
						  check == best && !is_suspended);
		if (found->reason == MFA_REASON_RIGHT || !is_better)
			continue;
		best = check;
		found->reason = reason_of(check);
		found->code_len = len;
		if (check == MFA_CHECK_RIGHT && is_suspended)
			found->reason = MFA_REASON_SUSPENDED;
		if (check >= MFA_CHECK_USED) {
			memcpy(found->token, token->id, sizeof found->token);
			found->kind = token->kind;
		}
		if (found->reason == MFA_REASON_RIGHT) {
			trial->last_used = what->now;
			*token = *trial;
		}
	}
	return MFA_OK;
}

int judge(struct mfa_record *record, const struct judge_case *what,
	  struct judgement *ret_judgement)
{
	struct judgement found = { .reason = MFA_REASON_WRONG,
				   .code_len = DEFAULT_CODE_LEN };
	/* a locked record does the same work on a copy that is thrown away */
	bool is_locked = mfa_policy_lock(record, what->now) != MFA_LOCK_NONE;
	MFA_CLEANUP(mfa_record_free) struct mfa_record *trial = mfa_record_new();
	if (trial == NULL)
		return MFA_ERR_NOMEM;
	*trial = *record;
	int err = check_tokens(trial, what, &found);
	if (err != MFA_OK)
		return err;
	if (is_locked) {
		found.reason = MFA_REASON_LOCKED;
		record->last_failure = what->now;
	} else {
		*record = *trial;
	}
	if (found.reason == MFA_REASON_RIGHT)
		mfa_policy_count_success(record, what->now);
	else if (found.reason == MFA_REASON_WRONG)
		mfa_policy_count_failure(what->zone, record, what->now);
	else
		record->last_failure = what->now;
	if (found.code_len > what->len)
		found.code_len = what->len;
	*ret_judgement = found;
	return MFA_OK;
}
