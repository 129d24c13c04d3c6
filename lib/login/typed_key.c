/* SPDX-License-Identifier: BSD-2-Clause */
#include "typed_key.h"

#include <string.h>

#include "locked_work.h"
#include "lookup.h"
#include "mfa/factor.h"
#include "mfa/typed_code.h"
#include "record_status.h"

enum {
	ANSWER_MAX = 256 /* longer than any such code, even in full width */
};

static bool is_taken(const struct mfa_auth_request *request, enum mfa_kind kind)
{
	return (request->zone->factors & 1U << kind) != 0;
}

static bool is_garbled_answer(const struct mfa_auth_request *request,
			      const struct mfa_secret *answer)
{
	const char *text = (const char *)answer->data;
	for (size_t i = 0; i < mfa_factor_count; i++) {
		const struct mfa_factor_ops *factor = mfa_factors[i];
		if (factor->is_garbled_code != NULL && is_taken(request, factor->kind) &&
		    factor->is_garbled_code(text, answer->len))
			return true;
	}
	return false;
}

/* The factor whose codes are typed by devices in this form, or NULL. */
static const struct mfa_factor_ops *find_typing_factor(const char *code, size_t len)
{
	for (size_t i = 0; i < mfa_factor_count; i++)
		if (mfa_factors[i]->is_typed_code != NULL &&
		    mfa_factors[i]->is_typed_code(code, len))
			return mfa_factors[i];
	return NULL;
}

static bool has_token_of(const struct mfa_record *record,
			 const struct mfa_factor_ops *factor, const char *code,
			 size_t len)
{
	for (size_t i = 0; i < record->token_count; i++)
		if (record->tokens[i].kind == factor->kind &&
		    factor->is_code_of(&record->tokens[i], code, len))
			return true;
	return false;
}

/* The same work for all users; the decoy has no such token. */
static int look_up_token(const struct mfa_auth_request *request,
			 const struct mfa_factor_ops *factor, const char *code,
			 size_t len, struct mfa_diag *diag, bool *ret_is_there)
{
	bool is_decoy = false;
	MFA_CLEANUP(locked_work_end)
	struct locked_work work = locked_work_begin(request);
	int err = locked_work_open(&work, diag);
	if (err != MFA_OK)
		return err;
	struct mfa_record *record = mfa_store_workspace(request->site->store);
	err = lookup_record(request, record, &is_decoy, diag);
	if (err != MFA_OK)
		return err;
	enum mfa_record_status status = record_status_of(record, &request->login);
	record_status_explain(status, record->user, record->uid, diag);
	*ret_is_there =
		status == MFA_RECORD_USABLE && has_token_of(record, factor, code, len);
	return MFA_OK;
}

/* Nothing that a code may consist of: no guess. sshd's filler is none either, but is not
 * asked for again: sshd would repeat it. */
static bool is_no_code(const char *text, size_t len)
{
	return !mfa_text_has_code(text, len) && !mfa_text_is_blank(text, len) &&
	       !mfa_text_is_sshd_filler(text, len);
}

/* A device's code: of a token of the user, or a problem. */
static enum mfa_reason check_typing_device(const struct mfa_auth_request *request,
					   const struct mfa_factor_ops *factor,
					   struct mfa_span code, struct mfa_diag *diag,
					   int *ret_err)
{
	bool is_there = false;
	if (is_taken(request, factor->kind))
		*ret_err = look_up_token(request, factor, (const char *)code.data,
					 code.len, diag, &is_there);
	else
		(void)mfa_fail(diag, MFA_OK, "%s is not in factors",
			       mfa_kind_name(factor->kind));
	return is_there || *ret_err != MFA_OK ? MFA_REASON_NONE : MFA_REASON_KEY_TYPED;
}

enum mfa_reason typed_key_problem(const struct mfa_auth_request *request,
				  const struct mfa_secret *answer, struct mfa_diag *diag,
				  int *ret_err)
{
	char code[ANSWER_MAX];
	enum mfa_reason problem = MFA_REASON_NONE;
	*ret_err = MFA_OK;
	if (request->wants_password)
		return MFA_REASON_NONE;
	if (is_garbled_answer(request, answer))
		return MFA_REASON_GARBLED;
	size_t len = answer->len <= sizeof code ? answer->len : 0;
	if (len > 0)
		memcpy(code, answer->data, len);
	len = mfa_text_normalize_code(code, len);
	const struct mfa_factor_ops *factor = find_typing_factor(code, len);
	if (factor != NULL)
		problem = check_typing_device(
			request, factor,
			(struct mfa_span){ (const unsigned char *)code, len }, diag,
			ret_err);
	else if (is_no_code((const char *)answer->data, answer->len))
		problem = MFA_REASON_NOT_A_CODE;
	mfa_wipe(code, sizeof code);
	return problem;
}

bool typed_key_may_be_told(const struct mfa_auth_request *request)
{
	return request->may_explain || mfa_login_is_local(&request->login);
}
