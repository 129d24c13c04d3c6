/* SPDX-License-Identifier: BSD-2-Clause */
#include "site_fixture.h"

#include "mfa/factor.h"
#include "mfa/key.h"

static int load_or_make_key(const char *source, struct mfa_diag *diag,
			    struct mfa_secret *ret_key)
{
	int err = mfa_key_load(source, diag, ret_key);
	if (err != MFA_ERR_NOTFOUND)
		return err;
	err = mfa_key_create(source, diag);
	return err == MFA_OK ? mfa_key_load(source, diag, ret_key) : err;
}

int site_fixture_open(const char *config_path, struct mfa_diag *diag,
		      struct mfa_site *ret_site)
{
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret key = { 0 };
	bool is_made = false;
	int err = mfa_site_load(config_path, diag, ret_site);
	if (err == MFA_OK)
		err = load_or_make_key(ret_site->config->key, diag, &key);
	if (err == MFA_OK)
		err = mfa_store_prepare(ret_site->config->store,
					&(struct mfa_store_keys){ &key, NULL },
					mfa_factor_fill_decoy, diag, &is_made);
	return err == MFA_OK ? mfa_site_open(ret_site, diag) : err;
}
