#include "mfa/host.h"

#include "mfa/key.h"

int mfa_host_load(const char *config_path, struct mfa_diag *diag,
		  struct mfa_host *ret_host)
{
	struct mfa_config *config = NULL;
	int err = mfa_config_load(config_path, diag, &config);
	if (err == MFA_OK)
		*ret_host = (struct mfa_host){ .config = config };
	return err;
}

int mfa_host_open(struct mfa_host *host, struct mfa_diag *diag)
{
	const struct mfa_config *config = host->config;
	int err = mfa_key_load(config->key, diag, &host->key);
	if (err == MFA_OK)
		err = mfa_store_open(config->store, &host->key, diag, &host->store);
	if (err != MFA_OK)
		return err;
	err = mfa_audit_open(config->audit, &host->key, &host->audit);
	return err == MFA_OK ? MFA_OK
			     : mfa_fail(diag, err, "audit: %s", mfa_strerror(err));
}

void mfa_host_done(struct mfa_host *host)
{
	mfa_audit_close(&host->audit);
	mfa_store_close(&host->store);
	mfa_secret_done(&host->key);
	mfa_config_cleanup(&host->config);
}
