#include "mfa/site.h"

#include "mfa/key.h"

int mfa_site_load(const char *config_path, struct mfa_diag *diag,
		  struct mfa_site *ret_host)
{
	struct mfa_config *config = NULL;
	int err = mfa_config_load(config_path, diag, &config);
	if (err == MFA_OK)
		*ret_host = (struct mfa_site){ .config = config, .key_hold = -1 };
	return err;
}

int mfa_site_use_next(struct mfa_site *host, struct mfa_diag *diag)
{
	struct mfa_secret next = { 0 };
	int err = mfa_key_load_next(host->config->key, diag, &next);
	if (err != MFA_OK)
		return err;
	mfa_secret_done(&host->next_key);
	host->next_key = next;
	mfa_audit_use_next(host->audit, &host->next_key);
	return mfa_store_use_next(host->store, &host->next_key, diag);
}

static int open_parts(struct mfa_site *host, struct mfa_diag *diag)
{
	const struct mfa_config *config = host->config;
	int err = mfa_store_begin(config->store, diag, &host->store, &host->key);
	if (err == MFA_OK)
		err = mfa_key_load_held(config->key, diag, host->key.data,
					&host->key_hold);
	if (err == MFA_OK)
		err = mfa_store_use_key(host->store, &host->key, diag);
	if (err != MFA_OK)
		return err;
	err = mfa_audit_open(config->audit, &host->key, &host->audit);
	if (err != MFA_OK)
		return mfa_fail(diag, err, "audit: %s", mfa_strerror(err));
	/* while a rekey goes on, records are sealed under the next key already */
	err = mfa_site_use_next(host, diag);
	return err == MFA_ERR_NOTFOUND ? MFA_OK : err;
}

void mfa_site_close(struct mfa_site *host)
{
	mfa_audit_close(&host->audit);
	mfa_store_close(&host->store);
	mfa_secret_done(&host->next_key);
	host->key = (struct mfa_secret){ 0 };
	mfa_close_fd(&host->key_hold);
	host->is_open = false;
}

int mfa_site_open(struct mfa_site *host, struct mfa_diag *diag)
{
	if (host->is_open)
		return MFA_OK;
	int err = open_parts(host, diag);
	if (err == MFA_OK)
		host->is_open = true;
	else
		mfa_site_close(host);
	return err;
}

void mfa_site_done(struct mfa_site *host)
{
	if (host->config == NULL) /* never loaded: not even descriptor 0 is ours */
		return;
	mfa_site_close(host);
	mfa_config_cleanup(&host->config);
}
