/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/site.h"

#include "mfa/key.h"

int mfa_site_load(const char *config_path, struct mfa_diag *diag,
		  struct mfa_site *ret_site)
{
	struct mfa_config *config = NULL;
	int err = mfa_config_load(config_path, diag, &config);
	if (err == MFA_OK)
		*ret_site = (struct mfa_site){ .config = config, .key_hold = -1 };
	return err;
}

int mfa_site_use_next(struct mfa_site *site, struct mfa_diag *diag)
{
	struct mfa_secret next = { 0 };
	int err = mfa_key_load_next(site->config->key, diag, &next);
	if (err != MFA_OK)
		return err;
	mfa_secret_done(&site->next_key);
	site->next_key = next;
	mfa_audit_use_next(site->audit, &site->next_key);
	return mfa_store_use_next(site->store, &site->next_key, diag);
}

static int open_parts(struct mfa_site *site, struct mfa_diag *diag)
{
	const struct mfa_config *config = site->config;
	int err = mfa_store_begin(config->store, diag, &site->store, &site->key);
	if (err == MFA_OK)
		err = mfa_key_load_held(config->key, diag, site->key.data,
					&site->key_hold);
	if (err == MFA_OK)
		err = mfa_store_use_key(site->store, &site->key, diag);
	if (err != MFA_OK)
		return err;
	err = mfa_audit_open(config->audit, &site->key, &site->audit);
	if (err != MFA_OK)
		return mfa_fail(diag, err, "audit: %s", mfa_strerror(err));
	/* during a rekey some records are sealed under the next key */
	err = mfa_site_use_next(site, diag);
	return err == MFA_ERR_NOTFOUND ? MFA_OK : err;
}

void mfa_site_close(struct mfa_site *site)
{
	mfa_audit_close(&site->audit);
	mfa_store_close(&site->store);
	mfa_secret_done(&site->next_key);
	site->key = (struct mfa_secret){ 0 };
	mfa_close_fd(&site->key_hold);
	site->is_open = false;
}

int mfa_site_open(struct mfa_site *site, struct mfa_diag *diag)
{
	if (site->is_open)
		return MFA_OK;
	int err = open_parts(site, diag);
	if (err == MFA_OK)
		site->is_open = true;
	else
		mfa_site_close(site);
	return err;
}

void mfa_site_done(struct mfa_site *site)
{
	if (site->config == NULL) /* never loaded; key_hold is not a descriptor */
		return;
	mfa_site_close(site);
	mfa_config_cleanup(&site->config);
}
