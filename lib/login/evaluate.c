/* SPDX-License-Identifier: BSD-2-Clause */
#include "evaluate.h"

#include <string.h>

#include "mfa/factor.h"
#include "mfa/text.h"
#include "mfa/typed_code.h"
#include "record_status.h"

enum {
	DEFAULT_CODE_LEN = 6,
	CODE_LEN_MAX = 64, /* of a code after a password */
};

/* The result for one token. */
struct answer {
	enum mfa_check check;
	struct mfa_advance advance;
	size_t code_len; /* bytes of the line */
};

/* Checks the end of the line that could be this token's code. */
static int verify_line_end(const struct mfa_token *token,
			   const struct evaluation_input *what,
			   const struct mfa_factor_ops *factor, struct answer *answer)
{
	char code[CODE_LEN_MAX];
	size_t count = factor->code_len(token);
	size_t used = 0;
	if (count <= sizeof code)
		used = mfa_text_cut_code(what->answer, what->len, count, code);
	if (used == 0 && count > 0) /* a damaged token has no length; verify reports it */
		return MFA_OK;
	struct mfa_attempt attempt = {
		.code = code, .len = count, .now = what->now, .zone = what->zone
	};
	answer->code_len = used;
	int err = factor->verify(token, &attempt, &answer->check, &answer->advance);
	mfa_wipe(code, sizeof code);
	return err;
}

static int verify_token(const struct mfa_token *token,
			const struct evaluation_input *what, struct answer *ret_answer)
{
	const struct mfa_factor_ops *factor = mfa_factor_find(token->kind);
	*ret_answer = (struct answer){ .check = MFA_CHECK_MISFIT };
	if (factor == NULL || (what->zone->factors & 1U << token->kind) == 0 ||
	    factor->is_device != (what->device_answer != NULL))
		return MFA_OK;
	if (what->has_password)
		return verify_line_end(token, what, factor, ret_answer);
	struct mfa_attempt attempt = {
		.code = what->answer,
		.len = what->len,
		.answer = what->device_answer,
		.now = what->now,
		.zone = what->zone,
	};
	ret_answer->code_len = what->len;
	return factor->verify(token, &attempt, &ret_answer->check, &ret_answer->advance);
}

/* If no token fits, the line is cut at the usual length of codes. */
static size_t usual_code_len(const struct evaluation_input *what)
{
	char code[DEFAULT_CODE_LEN];
	size_t used = mfa_text_cut_code(what->answer, what->len, sizeof code, code);
	mfa_wipe(code, sizeof code);
	return used > 0 ? used : what->len;
}

static enum mfa_reason reason_of_check(enum mfa_check check)
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

/* Checks every token, also after a match, so that timing does not reveal it. The highest
 * result counts; of equal ones that of an active token. ret_best: its token, or NULL. */
static int verify_tokens(struct mfa_record *record, const struct evaluation_input *what,
			 struct mfa_token **ret_best, struct answer *ret_answer)
{
	struct mfa_token *best = NULL;
	struct answer most = {
		.check = MFA_CHECK_MISFIT,
		.code_len = usual_code_len(what),
	};
	for (size_t i = 0; i < record->token_count; i++) {
		struct mfa_token *token = &record->tokens[i];
		struct answer answer;
		int err = verify_token(token, what, &answer);
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

static struct mfa_guess make_guess(const struct evaluation_input *what)
{
	return (struct mfa_guess){
		.zone = what->zone,
		.bounds = what->bounds,
		.source = what->source,
		.is_behind_password = what->is_behind_password,
		.is_local = what->is_local,
		.is_at_console = what->is_at_console,
		.now = what->now,
	};
}

static int accept_code(struct mfa_record *record, struct mfa_token *token,
		       const struct mfa_advance *advance,
		       const struct evaluation_input *what)
{
	const struct mfa_guess guess = make_guess(what);
	int err = mfa_factor_find(token->kind)->advance(token, advance);
	if (err != MFA_OK)
		return err;
	token->last_used = what->now;
	/* a device works while codes are locked, and does not end the lock */
	if (mfa_lockout_find(record, &guess).scope == MFA_LOCKED_NOBODY)
		mfa_lockout_count_success(record, &guess);
	else
		record->last_success = what->now;
	return MFA_OK;
}

/* For all refusals alike, so that each takes the same work. */
static void note_refusal(struct mfa_record *record, const struct evaluation_input *what,
			 struct evaluation *found)
{
	const struct mfa_guess guess = make_guess(what);
	if (found->reason == MFA_REASON_WRONG) {
		mfa_lockout_count_failure(record, &guess);
		found->lockout = mfa_lockout_find(record, &guess);
	} else {
		record->last_failure = what->now;
	}
	found->is_noted = true;
	if (record->unlogged < UINT32_MAX)
		record->unlogged++;
}

static int64_t find_refused_until(const struct mfa_token *token,
				  const struct evaluation_input *what)
{
	struct mfa_clock clock = { 0 };
	const struct mfa_factor_ops *factor = mfa_factor_find(token->kind);
	if (factor->read_clock == NULL ||
	    factor->read_clock(token, what->zone, what->now, &clock) != MFA_OK)
		return 0;
	return clock.refused_until;
}

/* Else a person whose tokens are all of other kinds is refused for ever, and nothing says
 * so. */
static bool has_kinds_of_others_alone(const struct mfa_record *record,
				      const struct mfa_zone *zone)
{
	bool is_named = record->token_count == 0;
	for (size_t i = 0; i < record->token_count; i++)
		is_named |= (zone->factors & 1U << record->tokens[i].kind) != 0;
	return !is_named;
}

/* What the rules below test. */
struct findings {
	const struct evaluation_input *what;
	enum mfa_check check;
	bool is_suspended; /* the token */
	bool is_locked;
};

static bool is_unusable_record(const struct findings *found)
{
	return found->what->record_status != MFA_RECORD_USABLE;
}

static bool is_code_locked(const struct findings *found)
{
	return found->is_locked;
}

static bool is_of_suspended_token(const struct findings *found)
{
	return found->check == MFA_CHECK_RIGHT && found->is_suspended;
}

static bool is_wrong_device_answer(const struct findings *found)
{
	return found->what->device_answer != NULL &&
	       reason_of_check(found->check) == MFA_REASON_WRONG;
}

static bool is_wrong_and_no_guess(const struct findings *found)
{
	return found->what->is_no_guess &&
	       reason_of_check(found->check) == MFA_REASON_WRONG;
}

/* Rules that refuse regardless of the token's result, the strongest first.
 * MFA_REASON_NONE: the reason is that of the record's status. */
static const struct rule {
	bool (*applies)(const struct findings *found);
	enum mfa_reason reason;
} rules[] = {
	{ is_unusable_record, MFA_REASON_NONE },
	{ is_code_locked, MFA_REASON_LOCKED },
	{ is_of_suspended_token, MFA_REASON_SUSPENDED },
	{ is_wrong_device_answer, MFA_REASON_KEY_WRONG },
	{ is_wrong_and_no_guess, MFA_REASON_NOT_A_CODE },
};

static enum mfa_reason find_reason(const struct findings *found)
{
	for (size_t i = 0; i < MFA_COUNT(rules); i++) {
		if (!rules[i].applies(found))
			continue;
		return rules[i].reason != MFA_REASON_NONE
			       ? rules[i].reason
			       : record_status_reason(found->what->record_status);
	}
	return reason_of_check(found->check);
}

int evaluate(struct mfa_record *record, const struct evaluation_input *what,
	     struct evaluation *ret_evaluation)
{
	struct mfa_token *token = NULL;
	struct answer answer;
	int err = verify_tokens(record, what, &token, &answer);
	if (err != MFA_OK)
		return err;
	struct evaluation found = {
		.code_len = answer.code_len,
		.record_status = what->record_status,
		.uid = record->uid,
	};
	if (token != NULL && answer.check != MFA_CHECK_WRONG) {
		memcpy(found.token, token->id, sizeof found.token);
		found.kind = token->kind;
	}
	if (answer.check == MFA_CHECK_CLOCK)
		found.refused_until = find_refused_until(token, what);
	/* also for who is locked out: the same work */
	const struct mfa_guess guess = make_guess(what);
	if (what->device_answer == NULL)
		found.lockout = mfa_lockout_find(record, &guess);
	const struct findings findings = {
		.what = what,
		.check = answer.check,
		.is_suspended = token != NULL && token->state != MFA_STATE_ACTIVE,
		.is_locked = found.lockout.scope != MFA_LOCKED_NOBODY,
	};
	found.reason = find_reason(&findings);
	bool is_kept_out = has_kinds_of_others_alone(record, what->zone);
	if (found.reason == MFA_REASON_WRONG && is_kept_out)
		found.detail =
			"\"factors\" of the zone names no kind of the user's tokens";
	if (found.reason == MFA_REASON_RIGHT && token != NULL)
		err = accept_code(record, token, &answer.advance, what);
	else
		note_refusal(record, what, &found);
	if (err == MFA_OK)
		*ret_evaluation = found;
	return err;
}

void evaluation_explain(const struct evaluation *evaluation,
			const struct mfa_login *login, struct mfa_diag *ret_diag)
{
	char until[MFA_TIME_SIZE];
	mfa_lockout_explain(&evaluation->lockout, login, ret_diag);
	if (ret_diag->text[0] != '\0')
		return;
	if (evaluation->record_status != MFA_RECORD_USABLE) {
		record_status_explain(evaluation->record_status, login->user,
				      evaluation->uid, ret_diag);
	} else if (evaluation->refused_until != 0) {
		mfa_text_format_time(evaluation->refused_until, until);
		(void)mfa_fail(ret_diag, MFA_OK,
			       "refused until %s, as the last accepted code is of then: "
			       "set the clock, or where it is right run: mfa-enroll "
			       "resync --future",
			       until);
	} else if (evaluation->detail != NULL) {
		(void)mfa_fail(ret_diag, MFA_OK, "%s", evaluation->detail);
	}
}
