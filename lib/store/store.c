/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/store.h"

#include <string.h>

#include "backend.h"

static const struct store_backend *const backends[] = { &store_backend_file };

const struct mfa_scheme *mfa_store_scheme(size_t index)
{
	return index < MFA_COUNT(backends) ? &backends[index]->scheme : NULL;
}

/* NULL: there is no such kind of store (MFA_ERR_UNSUPPORTED, which diag has). */
static const struct store_backend *find_backend(const char *source, struct mfa_diag *diag,
						const char **ret_address)
{
	for (size_t i = 0; i < MFA_COUNT(backends); i++) {
		*ret_address = mfa_scheme_address(&backends[i]->scheme, source);
		if (*ret_address != NULL)
			return backends[i];
	}
	(void)mfa_fail(diag, MFA_ERR_UNSUPPORTED, "%s: no such kind of store", source);
	return NULL;
}

int mfa_store_begin(const char *source, struct mfa_diag *diag,
		    struct mfa_store **ret_store, struct mfa_secret *ret_room)
{
	const char *address = NULL;
	const struct store_backend *backend = find_backend(source, diag, &address);
	if (backend == NULL)
		return MFA_ERR_UNSUPPORTED;
	int err = backend->open(address, diag, ret_store);
	if (err == MFA_OK)
		*ret_room = (struct mfa_secret){ (*ret_store)->key_room, MFA_KEY_SIZE };
	return err;
}

int mfa_store_use_key(struct mfa_store *store, const struct mfa_secret *store_key,
		      struct mfa_diag *diag)
{
	int err = store->backend->use_key(store, store_key, diag);
	if (err != MFA_OK)
		return err;
	err = mfa_decoy_derive(store_key, store->decoy_key);
	return err == MFA_OK ? MFA_OK
			     : mfa_fail(diag, err, "store key: %s", mfa_strerror(err));
}

int mfa_store_open(const char *source, const struct mfa_secret *store_key,
		   struct mfa_diag *diag, struct mfa_store **ret_store)
{
	MFA_CLEANUP(mfa_store_close) struct mfa_store *store = NULL;
	struct mfa_secret room = { 0 };
	int err = mfa_store_begin(source, diag, &store, &room);
	if (err == MFA_OK)
		err = mfa_store_use_key(store, store_key, diag);
	if (err == MFA_OK)
		*ret_store = MFA_TAKE(store);
	return err;
}

void mfa_store_close(struct mfa_store **store)
{
	if (*store != NULL)
		(*store)->backend->close(*store);
	*store = NULL;
}

void mfa_store_rest(struct mfa_store *store)
{
	store->backend->rest(store);
}

int mfa_store_wake(struct mfa_store *store)
{
	return store->backend->wake(store);
}

int mfa_store_check_writable(struct mfa_store *store, struct mfa_diag *diag,
			     const char **ret_place)
{
	return store->backend->check_writable(store, diag, ret_place);
}

void mfa_store_keep(struct mfa_store *store, struct mfa_snapshot *snapshot)
{
	store->backend->keep(store, snapshot);
}

struct mfa_record *mfa_store_workspace(struct mfa_store *store)
{
	return store->workspace;
}

void mfa_store_choose_decoy(const struct mfa_store *store, const char *user,
			    char ret_name[static MFA_DECOY_NAME_SIZE])
{
	mfa_decoy_choose(store->decoy_key, user, ret_name);
}

/* The records of decoys that are missing. */
struct decoy_maker {
	struct mfa_store *store;
	mfa_store_decoy fill;
	struct mfa_token *token; /* mlock is expensive */
	bool has_made;
	size_t readable;
	int problem;		/* of the first that cannot be read */
	struct mfa_diag reason; /* the same */
};

static int create_decoy(struct decoy_maker *maker, const char *name,
			struct mfa_diag *diag)
{
	struct mfa_record *record = mfa_store_workspace(maker->store);
	struct mfa_token *added = NULL;
	mfa_wipe(maker->token, sizeof *maker->token);
	mfa_wipe(record, sizeof *record);
	memcpy(record->user, name, strlen(name) + 1);
	int err = maker->fill(maker->token);
	if (err == MFA_OK)
		err = mfa_record_add(record, maker->token, &added);
	if (err != MFA_OK)
		return mfa_fail(diag, err, "decoy: %s", mfa_strerror(err));
	return mfa_store_create(maker->store, record, diag);
}

static int ensure_decoy(struct decoy_maker *maker, const char *name,
			struct mfa_diag *diag)
{
	struct mfa_record *record = mfa_store_workspace(maker->store);
	struct mfa_diag own = { .text = "" };
	int err = mfa_store_read(maker->store, name, &own, record);
	if (err == MFA_ERR_INTEGRITY && maker->problem == MFA_OK) {
		maker->problem = err;
		maker->reason = own;
	}
	maker->readable += err == MFA_OK;
	if (err == MFA_ERR_INTEGRITY || err == MFA_OK)
		return MFA_OK;
	if (err != MFA_ERR_NOTFOUND)
		return mfa_fail(diag, err, "%s", own.text);
	if (maker->problem != MFA_OK && maker->readable == 0)
		return MFA_OK; /* perhaps the key is another store's */
	err = create_decoy(maker, name, diag);
	if (err == MFA_OK)
		maker->has_made = true;
	/* another run was faster */
	return err == MFA_ERR_EXISTS ? MFA_OK : err;
}

/* The common one first: it serves until the others are there. One that is damaged keeps
 * none from being made. */
static int ensure_decoys(struct decoy_maker *maker, struct mfa_diag *diag)
{
	MFA_CLEANUP(mfa_token_free) struct mfa_token *token = mfa_token_new();
	if (token == NULL)
		return mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
	maker->token = token;
	int err = ensure_decoy(maker, MFA_DECOY_USER, diag);
	for (size_t i = 0; err == MFA_OK && i < MFA_DECOYS; i++) {
		char name[MFA_DECOY_NAME_SIZE];
		mfa_decoy_name(i, name);
		err = ensure_decoy(maker, name, diag);
	}
	maker->token = NULL;
	return err == MFA_OK && maker->problem != MFA_OK
		       ? mfa_fail(diag, maker->problem, "%s", maker->reason.text)
		       : err;
}

int mfa_store_prepare(const char *source, const struct mfa_store_keys *keys,
		      mfa_store_decoy fill, struct mfa_diag *diag, bool *ret_made)
{
	const char *address = NULL;
	bool is_made = false;
	const struct store_backend *backend = find_backend(source, diag, &address);
	if (backend == NULL)
		return MFA_ERR_UNSUPPORTED;
	int err = backend->prepare(address, diag, &is_made);
	if (err != MFA_OK)
		return err;
	MFA_CLEANUP(mfa_store_close) struct mfa_store *store = NULL;
	err = mfa_store_open(source, keys->current, diag, &store);
	if (err == MFA_OK && keys->next != NULL)
		err = mfa_store_use_next(store, keys->next, diag);
	struct decoy_maker maker = { .store = store, .fill = fill };
	if (err == MFA_OK)
		err = ensure_decoys(&maker, diag);
	if (err == MFA_OK)
		*ret_made = is_made || maker.has_made;
	return err;
}

int mfa_store_use_next(struct mfa_store *store, const struct mfa_secret *next_key,
		       struct mfa_diag *diag)
{
	return store->backend->use_next(store, next_key, diag);
}

int mfa_store_reseal(struct mfa_store *store, const char *user, struct mfa_diag *diag,
		     bool *ret_changed)
{
	return store->backend->reseal(store, user, diag, ret_changed);
}

int mfa_store_read(struct mfa_store *store, const char *user, struct mfa_diag *diag,
		   struct mfa_record *ret_record)
{
	return store->backend->read(store, user, diag, ret_record);
}

int mfa_store_swap(struct mfa_store *store, struct mfa_record *record,
		   struct mfa_diag *diag)
{
	return store->backend->swap(store, record, diag);
}

int mfa_store_swap_unsynced(struct mfa_store *store, struct mfa_record *record,
			    struct mfa_diag *diag)
{
	return store->backend->swap_unsynced(store, record, diag);
}

int mfa_store_scrub(struct mfa_store *store, struct mfa_record *record,
		    struct mfa_diag *diag)
{
	return store->backend->scrub(store, record, diag);
}

int mfa_store_create(struct mfa_store *store, struct mfa_record *record,
		     struct mfa_diag *diag)
{
	return store->backend->create(store, record, diag);
}

int mfa_store_remove(struct mfa_store *store, const struct mfa_record *record,
		     struct mfa_diag *diag)
{
	return store->backend->remove(store, record, diag);
}

int mfa_store_list(struct mfa_store *store, mfa_store_visit visit, void *context,
		   struct mfa_diag *diag)
{
	return store->backend->list(store, visit, context, diag);
}
