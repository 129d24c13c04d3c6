/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/factor.h"

#include "mfa/oath.h"

const struct mfa_factor_ops *mfa_factor_find(enum mfa_kind kind)
{
	for (size_t i = 0; i < mfa_factor_count; i++)
		if (mfa_factors[i]->kind == kind)
			return mfa_factors[i];
	return NULL;
}

int mfa_factor_fill_decoy(struct mfa_token *token)
{
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret secret = { 0 };
	int err = mfa_secret_random(mfa_hash_secret_len(MFA_HASH_SHA1), &secret);
	if (err != MFA_OK)
		return err;
	const struct mfa_oath oath = {
		.hash = MFA_HASH_SHA1,
		.digits = 6,
		.period = 30,
		.secret = secret.data,
		.secret_len = secret.len,
	};
	token->kind = MFA_KIND_TOTP;
	token->state = MFA_STATE_ACTIVE;
	return mfa_oath_save(&oath, token);
}
