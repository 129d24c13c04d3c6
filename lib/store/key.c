/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/key.h"

#include <errno.h>
#include <string.h>
#include <sys/file.h>

#include "mfa/seal.h"
#include "store/keys/source.h"

static const struct key_source_ops *const sources[] = { &key_source_file };

const struct mfa_scheme *mfa_key_scheme(size_t index)
{
	return index < MFA_COUNT(sources) ? &sources[index]->scheme : NULL;
}

/* NULL: there is no such source (MFA_ERR_UNSUPPORTED, which diag has). */
static const struct key_source_ops *find_source(const char *source, struct mfa_diag *diag,
						const char **ret_address)
{
	for (size_t i = 0; i < MFA_COUNT(sources); i++) {
		*ret_address = mfa_scheme_address(&sources[i]->scheme, source);
		if (*ret_address != NULL)
			return sources[i];
	}
	(void)mfa_fail(diag, MFA_ERR_UNSUPPORTED, "%s: no such source of the store key",
		       source);
	return NULL;
}

int mfa_key_load_held(const char *source, struct mfa_diag *diag, unsigned char *ret_key,
		      int *ret_hold)
{
	const char *address = NULL;
	const struct key_source_ops *ops = find_source(source, diag, &address);
	return ops == NULL ? MFA_ERR_UNSUPPORTED
			   : ops->load(address, diag, ret_key, ret_hold);
}

int mfa_key_load(const char *source, struct mfa_diag *diag, struct mfa_secret *ret_key)
{
	MFA_CLEANUP(mfa_close_fd) int hold = -1;
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret key = { 0 };
	if (mfa_secret_alloc(MFA_KEY_SIZE, &key) != MFA_OK)
		return mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
	int err = mfa_key_load_held(source, diag, key.data, &hold);
	if (err != MFA_OK)
		return err;
	*ret_key = key;
	key = (struct mfa_secret){ 0 };
	return MFA_OK;
}

int mfa_key_load_next(const char *source, struct mfa_diag *diag,
		      struct mfa_secret *ret_key)
{
	const char *address = NULL;
	const struct key_source_ops *ops = find_source(source, diag, &address);
	return ops == NULL ? MFA_ERR_UNSUPPORTED : ops->load_next(address, diag, ret_key);
}

int mfa_key_rest(int hold)
{
	return flock(hold, LOCK_UN) == 0 ? MFA_OK : mfa_err_from_errno(errno);
}

int mfa_key_wake(int hold)
{
	return flock(hold, LOCK_SH | LOCK_NB) == 0 ? MFA_OK : MFA_ERR_BUSY;
}

void mfa_key_add_files(const char *source, struct mfa_snapshot *snapshot)
{
	const char *address = NULL;
	const struct key_source_ops *ops = find_source(source, NULL, &address);
	if (ops != NULL)
		ops->add_files(address, snapshot);
	else
		snapshot->is_unsettled = true;
}

int mfa_key_create(const char *source, struct mfa_diag *diag)
{
	const char *address = NULL;
	const struct key_source_ops *ops = find_source(source, diag, &address);
	return ops == NULL ? MFA_ERR_UNSUPPORTED : ops->create(address, diag);
}

int mfa_key_put(const char *source, const struct mfa_secret *key, bool replaces,
		struct mfa_diag *diag)
{
	const char *address = NULL;
	if (key->len != MFA_KEY_SIZE)
		return mfa_fail(diag, MFA_ERR_INVALID, "a store key has %d bytes",
				MFA_KEY_SIZE);
	const struct key_source_ops *ops = find_source(source, diag, &address);
	return ops == NULL ? MFA_ERR_UNSUPPORTED : ops->put(address, key, replaces, diag);
}

int mfa_key_name_note(const char *source, struct mfa_diag *diag, char **ret_path)
{
	const char *address = NULL;
	const struct key_source_ops *ops = find_source(source, diag, &address);
	return ops == NULL ? MFA_ERR_UNSUPPORTED
			   : ops->name_note(address, diag, ret_path);
}

int mfa_key_check_durable(const char *source, struct mfa_diag *diag)
{
	const char *address = NULL;
	const struct key_source_ops *ops = find_source(source, diag, &address);
	return ops == NULL ? MFA_ERR_UNSUPPORTED : ops->check_durable(address, diag);
}

int mfa_key_create_next(const char *source, const struct mfa_secret *key,
			struct mfa_diag *diag)
{
	const char *address = NULL;
	const struct key_source_ops *ops = find_source(source, diag, &address);
	return ops == NULL ? MFA_ERR_UNSUPPORTED : ops->create_next(address, key, diag);
}

int mfa_key_hold(const char *source, int hold, bool is_alone, struct mfa_diag *diag)
{
	const char *address = NULL;
	const struct key_source_ops *ops = find_source(source, diag, &address);
	return ops == NULL ? MFA_ERR_UNSUPPORTED
			   : ops->hold(address, hold, is_alone, diag);
}

int mfa_key_switch(const char *source, struct mfa_diag *diag)
{
	const char *address = NULL;
	const struct key_source_ops *ops = find_source(source, diag, &address);
	return ops == NULL ? MFA_ERR_UNSUPPORTED : ops->make_current(address, diag);
}
