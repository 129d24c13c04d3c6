/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/key_trial.h"

#include "mfa/key.h"
#include "mfa/store.h"
#include "mfa/strings.h"

/* A store under the key alone, and one under the next key alone. */
struct trial {
	struct mfa_store *store;
	struct mfa_store *next; /* NULL: no rekey is unfinished */
	struct mfa_key_trial found;
};

static void close_trial(struct trial *trial)
{
	mfa_store_close(&trial->store);
	mfa_store_close(&trial->next);
}

static int add_name(void *context, const char *user)
{
	return mfa_strings_add(context, user);
}

static int list_names(struct mfa_store *store, struct mfa_diag *diag,
		      struct mfa_strings *names)
{
	int err = add_name(names, MFA_DECOY_USER);
	for (size_t i = 0; err == MFA_OK && i < MFA_DECOYS; i++) {
		char name[MFA_DECOY_NAME_SIZE];
		mfa_decoy_name(i, name);
		err = add_name(names, name);
	}
	if (err == MFA_OK)
		err = mfa_store_list(store, add_name, names, diag);
	return err == MFA_ERR_NOMEM ? mfa_fail(diag, err, "out of memory") : err;
}

static int read_under(struct mfa_store *store, const char *user, struct mfa_diag *diag)
{
	struct mfa_record *record = mfa_store_workspace(store);
	int err = mfa_store_read(store, user, diag, record);
	mfa_wipe(record, sizeof *record);
	return err;
}

static int try_record(struct trial *trial, const char *user, struct mfa_diag *diag)
{
	int err = read_under(trial->store, user, diag);
	if (err == MFA_OK)
		trial->found.opened++;
	if (err != MFA_ERR_INTEGRITY)
		return err == MFA_ERR_NOTFOUND ? MFA_OK : err;
	if (trial->next != NULL && read_under(trial->next, user, diag) == MFA_OK)
		return MFA_OK;
	trial->found.closed++;
	return MFA_OK;
}

static int open_trial(const struct mfa_config *config, const struct mfa_secret *key,
		      struct mfa_diag *diag, struct trial *trial)
{
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret next = { 0 };
	int err = mfa_store_open(config->store, key, diag, &trial->store);
	if (err == MFA_OK)
		err = mfa_key_load_next(config->key, diag, &next);
	if (err == MFA_OK)
		return mfa_store_open(config->store, &next, diag, &trial->next);
	return err == MFA_ERR_NOTFOUND && trial->store != NULL ? MFA_OK : err;
}

int mfa_key_try(const struct mfa_config *config, const struct mfa_secret *key,
		struct mfa_diag *diag, struct mfa_key_trial *ret_trial)
{
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings names = { 0 };
	MFA_CLEANUP(close_trial) struct trial trial = { .store = NULL };
	int err = open_trial(config, key, diag, &trial);
	if (err == MFA_OK)
		err = list_names(trial.store, diag, &names);
	for (size_t i = 0; err == MFA_OK && i < names.count; i++)
		err = try_record(&trial, names.items[i], diag);
	if (err == MFA_OK)
		*ret_trial = trial.found;
	return err;
}
