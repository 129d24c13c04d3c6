#include "mfa/factor.h"

#include <sodium.h>

#include "factors/factors.h"
#include "mfa/oath.h"

static const struct mfa_factor_ops *const factors[] = {
	&mfa_factor_totp,
	&mfa_factor_hotp,
};

const struct mfa_factor_ops *mfa_factor_find(enum mfa_kind kind)
{
	for (size_t i = 0; i < MFA_COUNT(factors); i++)
		if (factors[i]->kind == kind)
			return factors[i];
	return NULL;
}

int mfa_factor_fill_decoy(struct mfa_token *token)
{
	MFA_CLEANUP(mfa_oath_free) struct mfa_oath *oath = mfa_oath_new();
	if (oath == NULL)
		return MFA_ERR_NOMEM;
	oath->hash = MFA_HASH_SHA1;
	oath->digits = 6;
	oath->period = 30;
	oath->secret_len = mfa_hash_secret_len(oath->hash);
	randombytes_buf(oath->secret, oath->secret_len);
	token->kind = MFA_KIND_TOTP;
	token->state = MFA_STATE_ACTIVE;
	return mfa_oath_save(oath, token);
}
