/* SPDX-License-Identifier: BSD-2-Clause */
#include "wrong_token.h"

#include "locked_work.h"
#include "lookup.h"

static int find_wrong_bits(const struct mfa_auth_request *request,
			   const struct mfa_factor_ops *factor,
			   const struct mfa_device_answer *answer,
			   const struct mfa_record *record, uint32_t *ret_bit)
{
	const struct mfa_attempt attempt = { .code = "",
					     .now = request->login.now,
					     .zone = request->zone,
					     .answer = answer };
	uint32_t wrong = 0;
	for (size_t i = 0; i < record->token_count; i++) {
		enum mfa_check check = MFA_CHECK_MISFIT;
		struct mfa_advance unused;
		if (record->tokens[i].kind != factor->kind)
			continue;
		int err = factor->verify(&record->tokens[i], &attempt, &check, &unused);
		if (err != MFA_OK)
			return err;
		if (check == MFA_CHECK_RIGHT) {
			wrong = 0;
			break;
		}
		if (check == MFA_CHECK_WRONG)
			wrong |= UINT32_C(1) << i;
	}
	*ret_bit = wrong;
	return MFA_OK;
}

int wrong_token_find(const struct mfa_auth_request *request, enum mfa_kind kind,
		     const struct mfa_device_answer *answer, struct mfa_diag *diag,
		     uint32_t *ret_bit)
{
	bool is_decoy = false;
	const struct mfa_factor_ops *factor = mfa_factor_find(kind);
	if (factor == NULL)
		return MFA_ERR_UNSUPPORTED;
	MFA_CLEANUP(locked_work_end)
	struct locked_work work = locked_work_begin(request);
	int err = locked_work_open(&work, diag);
	if (err != MFA_OK)
		return err;
	struct mfa_record *record = mfa_store_workspace(request->site->store);
	err = lookup_record(request, record, &is_decoy, diag);
	return err == MFA_OK ? find_wrong_bits(request, factor, answer, record, ret_bit)
			     : err;
}
