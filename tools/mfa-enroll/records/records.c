/* SPDX-License-Identifier: BSD-2-Clause */
#include "records/records.h"

#include "mfa/seal.h"

static int stop_at_first(void *context MFA_UNUSED, const char *user MFA_UNUSED)
{
	return MFA_ERR_EXISTS;
}

int records_find(const char *source, struct mfa_diag *diag, bool *ret_found)
{
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret no_key = { 0 };
	MFA_CLEANUP(mfa_store_close) struct mfa_store *store = NULL;
	int err = mfa_secret_alloc(MFA_KEY_SIZE, &no_key);
	if (err == MFA_OK)
		err = mfa_store_open(source, &no_key, diag, &store);
	if (err == MFA_OK)
		err = mfa_store_list(store, stop_at_first, NULL, diag);
	if (err != MFA_OK && err != MFA_ERR_NOTFOUND && err != MFA_ERR_EXISTS)
		return err;
	*ret_found = err == MFA_ERR_EXISTS;
	return MFA_OK;
}

bool records_exist(const struct mfa_config *config)
{
	struct mfa_diag unused = { .text = "" };
	bool is_found = false;
	return records_find(config->store, &unused, &is_found) == MFA_OK && is_found;
}

bool records_have(struct mfa_store *store, const char *user)
{
	struct mfa_diag unused = { .text = "" };
	return mfa_store_read(store, user, &unused, mfa_store_workspace(store)) !=
	       MFA_ERR_NOTFOUND;
}

static int add_listed_user(void *context, const char *user)
{
	return mfa_strings_add(context, user);
}

int records_list(struct mfa_store *store, struct mfa_diag *diag,
		 struct mfa_strings *users)
{
	int err = mfa_store_list(store, add_listed_user, users, diag);
	mfa_strings_sort(users);
	return err;
}
