/* SPDX-License-Identifier: BSD-2-Clause */
#include "candidates.h"

#include "lookup.h"
#include "record_status.h"

/* The user's tokens of a kind; suspended ones after the others, as they are asked too and
 * then refused. */
static int add_candidates(const struct mfa_device_ops *device,
			  const struct mfa_record *record, uint32_t skipped,
			  bool is_active, struct mfa_device_candidates *candidates)
{
	for (size_t i = 0; i < record->token_count; i++) {
		const struct mfa_token *token = &record->tokens[i];
		if (token->kind != device->kind || (skipped & UINT32_C(1) << i) != 0 ||
		    (token->state == MFA_STATE_ACTIVE) != is_active)
			continue;
		int err = device->add_candidate(token, candidates);
		if (err != MFA_OK)
			return err;
	}
	return MFA_OK;
}

int candidates_find(const struct mfa_auth_request *request,
		    const struct mfa_device_ops *device, uint32_t skipped,
		    struct mfa_device_candidates *ret_candidates, struct mfa_diag *diag)
{
	struct mfa_record *record = mfa_store_workspace(request->site->store);
	bool is_decoy = false;
	int err = lookup_record(request, record, &is_decoy, diag);
	if (err != MFA_OK)
		return err;
	enum mfa_record_status status = record_status_of(record, &request->login);
	record_status_explain(status, record->user, record->uid, diag);
	if (status != MFA_RECORD_USABLE)
		return MFA_OK;
	err = add_candidates(device, record, skipped, true, ret_candidates);
	if (err == MFA_OK)
		err = add_candidates(device, record, skipped, false, ret_candidates);
	if (err != MFA_OK)
		return mfa_fail(diag, err, "token of %s: %s", request->login.user,
				mfa_strerror(err));
	return MFA_OK;
}
