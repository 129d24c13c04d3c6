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

static void close_parts(struct mfa_site *site)
{
	mfa_audit_close(&site->audit);
	mfa_store_close(&site->store);
	mfa_secret_done(&site->next_key);
	site->key = (struct mfa_secret){ 0 };
	mfa_close_fd(&site->key_hold);
	mfa_snapshot_done(&site->part_files);
	site->is_open = site->is_resting = false;
}

/* During a rekey all is opened anew for each work. */
static bool may_rest(const struct mfa_site *site)
{
	return site->is_kept && site->is_open && site->next_key.data == NULL &&
	       site->key_hold >= 0;
}

void mfa_site_close(struct mfa_site *site)
{
	if (site->config == NULL) /* see mfa_site_done */
		return;
	if (!may_rest(site) || mfa_key_rest(site->key_hold) != MFA_OK) {
		close_parts(site); /* so that a rekey does not wait for the key */
		return;
	}
	mfa_store_rest(site->store);
	site->is_open = false;
	site->is_resting = true;
}

/* The key is held first, so that it cannot change after it was looked at. */
static bool wake(struct mfa_site *site)
{
	if (!site->is_resting)
		return false;
	site->is_open = mfa_key_wake(site->key_hold) == MFA_OK &&
			mfa_snapshot_is_current(&site->part_files) &&
			mfa_store_wake(site->store) == MFA_OK;
	site->is_resting = false;
	return site->is_open;
}

static void remember_parts(struct mfa_site *site)
{
	if (!site->is_kept)
		return;
	mfa_key_add_files(site->config->key, &site->part_files);
	mfa_store_keep(site->store, &site->part_files);
	mfa_audit_keep(site->audit, &site->part_files);
}

int mfa_site_open(struct mfa_site *site, struct mfa_diag *diag)
{
	if (site->config == NULL)
		return mfa_fail(diag, MFA_ERR_CONFIG, "no configuration was read");
	if (site->is_open || wake(site))
		return MFA_OK;
	close_parts(site);
	mfa_snapshot_begin(&site->part_files);
	int err = open_parts(site, diag);
	if (err != MFA_OK) {
		close_parts(site);
		return err;
	}
	site->is_open = true;
	remember_parts(site);
	return MFA_OK;
}

int mfa_site_check_writable(const struct mfa_site *site, struct mfa_diag *diag,
			    const char **ret_place)
{
	int err = mfa_store_check_writable(site->store, diag, ret_place);
	if (err != MFA_OK)
		return err;
	*ret_place = site->config->audit;
	return mfa_audit_check_writable(site->audit, diag);
}

int mfa_site_refresh(const char *config_path, struct mfa_diag *diag,
		     struct mfa_site *site)
{
	if (site->config != NULL && mfa_snapshot_is_current(&site->config_files))
		return MFA_OK;
	mfa_site_done(site);
	*site = (struct mfa_site){ .key_hold = -1 };
	struct mfa_snapshot files = { .count = 0 };
	mfa_snapshot_begin(&files);
	int err = mfa_site_load(config_path, diag, site);
	if (err != MFA_OK)
		return err;
	mfa_config_add_files(site->config, &files);
	site->config_files = files;
	site->is_kept = true;
	return MFA_OK;
}

void mfa_site_done(struct mfa_site *site)
{
	if (site->config == NULL) /* never loaded; key_hold is not a descriptor */
		return;
	close_parts(site);
	mfa_snapshot_done(&site->config_files);
	mfa_config_cleanup(&site->config);
}
