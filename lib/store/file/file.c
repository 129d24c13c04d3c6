/* SPDX-License-Identifier: BSD-2-Clause */
/* The embedded store: one file for each user, in a folder that only root can read. */
#include "file_store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mfa/fs.h"
#include "user_filename.h"

static const char USERS[] = "users";

static struct file_store *file_store(struct mfa_store *store)
{
	return (struct file_store *)store;
}

static void file_store_close(struct mfa_store *store)
{
	struct file_store *self = file_store(store);
	seen_record_forget(self);
	mfa_close_fd(&self->users_fd);
	mfa_locked_free(self->vault);
	free(self->users_path);
	free(self);
}

static void file_store_rest(struct mfa_store *store)
{
	struct vault *vault = file_store(store)->vault;
	seen_record_forget(file_store(store));
	mfa_close_fd(&file_store(store)->users_fd);
	mfa_wipe(vault->scratch, sizeof vault->scratch);
	mfa_wipe(&vault->workspace, sizeof vault->workspace);
}

/* The folder has been compared with what it was. */
static int file_store_wake(struct mfa_store *store)
{
	struct file_store *self = file_store(store);
	self->users_fd =
		open(self->users_path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return self->users_fd >= 0 ? MFA_OK : mfa_err_from_errno(errno);
}

static int file_store_check_writable(struct mfa_store *store, struct mfa_diag *diag,
				     const char **ret_place)
{
	*ret_place = file_store(store)->users_path;
	return mfa_fs_check_writable(*ret_place, diag);
}

static void file_store_keep(struct mfa_store *store, struct mfa_snapshot *snapshot)
{
	file_store(store)->is_kept = true;
	mfa_snapshot_add_place(snapshot, file_store(store)->users_path);
}

static int file_store_open(const char *address, struct mfa_diag *diag,
			   struct mfa_store **ret_store)
{
	struct file_store *self = calloc(1, sizeof *self);
	if (self == NULL)
		return mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
	self->base.backend = &store_backend_file;
	self->users_fd = -1;
	MFA_CLEANUP(mfa_store_close) struct mfa_store *store = &self->base;
	self->vault = mfa_locked_new(sizeof *self->vault);
	if (self->vault == NULL)
		return mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
	store->workspace = &self->vault->workspace;
	store->key_room = self->vault->store_key;
	store->decoy_key = self->vault->decoy_key;
	int err = file_store_join(address, USERS, diag, &self->users_path);
	if (err == MFA_OK)
		err = mfa_fs_open_dir(self->users_path, &mfa_fs_own_folder, diag,
				      &self->users_fd);
	if (err != MFA_OK)
		return err;
	*ret_store = MFA_TAKE(store);
	return MFA_OK;
}

static int file_store_use_key(struct mfa_store *store, const struct mfa_secret *store_key,
			      struct mfa_diag *diag)
{
	struct file_store *self = file_store(store);
	int err = mfa_seal_derive(store_key, MFA_KEY_RECORD, self->vault->keys[0]);
	return err == MFA_OK ? MFA_OK
			     : mfa_fail(diag, err, "store key: %s", mfa_strerror(err));
}

static int file_store_prepare(const char *address, struct mfa_diag *diag, bool *ret_made)
{
	MFA_CLEANUP(mfa_free_string) char *users = NULL;
	bool has_made = false;
	bool has_made_users = false;
	int err = file_store_join(address, USERS, diag, &users);
	if (err == MFA_OK)
		err = mfa_fs_make_dir(address, diag, &has_made);
	if (err == MFA_OK)
		err = mfa_fs_make_dir(users, diag, &has_made_users);
	if (err == MFA_OK)
		*ret_made = has_made || has_made_users;
	return err;
}

/* The shared lock is released before the caller evaluates the record. */
static int file_store_read(struct mfa_store *store, const char *user,
			   struct mfa_diag *diag, struct mfa_record *ret_record)
{
	mfa_wipe(ret_record, sizeof *ret_record);
	return seen_record_read(file_store(store), user, diag, ret_record);
}

static int swap_slot(struct mfa_store *store, struct mfa_record *record,
		     enum extent extent, struct mfa_diag *diag)
{
	unsigned char bytes[SLOT_FILE_SIZE];
	MFA_CLEANUP(file_record_close)
	struct file_record file = { .fd = -1, .bytes = bytes };
	int err = seen_record_begin(file_store(store), record, &file, diag);
	if (err == MFA_ERR_NOTFOUND)
		err = file_record_begin(file_store(store), record, &file, diag);
	if (err != MFA_OK)
		return err;
	return file_record_write(file_store(store), &file, extent, record, diag);
}

static int file_store_swap(struct mfa_store *store, struct mfa_record *record,
			   struct mfa_diag *diag)
{
	return swap_slot(store, record, SLOT_USED, diag);
}

static int file_store_swap_unsynced(struct mfa_store *store, struct mfa_record *record,
				    struct mfa_diag *diag)
{
	return swap_slot(store, record, SLOT_UNSYNCED, diag);
}

static int file_store_scrub(struct mfa_store *store, struct mfa_record *record,
			    struct mfa_diag *diag)
{
	unsigned char bytes[SLOT_FILE_SIZE];
	MFA_CLEANUP(file_record_close)
	struct file_record file = { .fd = -1, .bytes = bytes };
	int err = file_record_begin(file_store(store), record, &file, diag);
	return err == MFA_OK
		       ? file_record_write_both(file_store(store), &file, record, diag)
		       : err;
}

static int file_store_use_next(struct mfa_store *store, const struct mfa_secret *next_key,
			       struct mfa_diag *diag)
{
	struct file_store *self = file_store(store);
	int err = mfa_seal_derive(next_key, MFA_KEY_RECORD, self->vault->keys[1]);
	if (err != MFA_OK)
		return mfa_fail(diag, err, "next store key: %s", mfa_strerror(err));
	self->newest = 1;
	return MFA_OK;
}

/* Reads and writes under one lock, so that no login writes in between. */
static int file_store_reseal(struct mfa_store *store, const char *user,
			     struct mfa_diag *diag, bool *ret_changed)
{
	struct file_store *self = file_store(store);
	struct vault *vault = self->vault;
	unsigned char bytes[SLOT_FILE_SIZE];
	MFA_CLEANUP(file_record_close)
	struct file_record file = { .fd = -1, .bytes = bytes };
	int err = file_record_load(self, user, LOCK_EX, &file, diag);
	if (err != MFA_OK)
		return err;
	if (slots_are_under(bytes, file_store_key(self, 0), user, vault->scratch)) {
		*ret_changed = false;
		return MFA_OK;
	}
	struct slot_content stored;
	err = file_record_open(self, user, &file, &stored);
	if (err == MFA_OK)
		err = slots_decode(&stored, user, vault->scratch, &vault->workspace);
	if (err != MFA_OK)
		return file_record_explain(err, file.path, diag);
	file.next = stored.next;
	file.has_invalid_stamp = stored.has_invalid_stamp;
	file.key = file_store_key(self, 0);
	err = file_record_write_both(self, &file, &vault->workspace, diag);
	mfa_wipe(&vault->workspace, sizeof vault->workspace);
	if (err == MFA_OK)
		*ret_changed = true;
	return err;
}

static int file_store_create(struct mfa_store *store, struct mfa_record *record,
			     struct mfa_diag *diag)
{
	struct file_store *self = file_store(store);
	char name[STORE_NAME_SIZE];
	if (strnlen(record->user, MFA_USER_SIZE) >= MFA_USER_SIZE ||
	    store_name_encode(record->user, name) != MFA_OK)
		return mfa_fail(diag, MFA_ERR_INVALID, "the user name is too long");
	unsigned char bytes[SLOT_FILE_SIZE];
	MFA_CLEANUP(file_record_close)
	struct file_record file = { .fd = -1, .bytes = bytes };
	int err = file_store_join(self->users_path, name, diag, &file.path);
	if (err == MFA_OK)
		err = mfa_fs_begin(self->users_fd, file.path, 0600, diag, &file.fd);
	if (err != MFA_OK)
		return err;
	/* at its full size, so that no login has to extend the file */
	uint32_t before = record->generation;
	err = slots_begin(record, self->vault->keys[0], self->vault->scratch, bytes);
	if (err == MFA_OK)
		err = mfa_fs_write(file.fd, bytes, sizeof bytes, 0);
	if (err != MFA_OK)
		err = mfa_fail(diag, err, "%s: cannot write: %s", file.path,
			       mfa_strerror(err));
	struct mfa_fs_entry entry = { self->users_fd, name, file.path };
	if (err == MFA_OK)
		err = mfa_fs_finish(file.fd, &entry, diag);
	if (err != MFA_OK)
		record->generation = before;
	return err;
}

static int file_store_remove(struct mfa_store *store, const struct mfa_record *record,
			     struct mfa_diag *diag)
{
	struct file_store *self = file_store(store);
	unsigned char bytes[SLOT_FILE_SIZE];
	MFA_CLEANUP(file_record_close)
	struct file_record file = { .fd = -1, .bytes = bytes };
	int err = file_record_begin(self, record, &file, diag);
	if (err != MFA_OK)
		return err;
	char name[STORE_NAME_SIZE];
	err = store_name_encode(record->user, name);
	if (err != MFA_OK)
		return err;
	if (unlinkat(self->users_fd, name, 0) != 0 || fsync(self->users_fd) != 0)
		return mfa_fail_errno(diag, errno, "%s/%s: cannot remove the record",
				      self->users_path, name);
	/* nobody can open it any more; overwrite its content */
	memset(bytes, 0, sizeof bytes);
	err = mfa_fs_write(file.fd, bytes, sizeof bytes, 0);
	if (err == MFA_OK && fdatasync(file.fd) != 0)
		err = mfa_err_from_errno(errno);
	if (err != MFA_OK)
		return mfa_fail(diag, err, "removed, but not overwritten on the disk: %s",
				mfa_strerror(err));
	return MFA_OK;
}

static int file_store_list(struct mfa_store *store, mfa_store_visit visit, void *context,
			   struct mfa_diag *diag)
{
	struct file_store *self = file_store(store);
	int fd = openat(self->users_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	MFA_CLEANUP(mfa_fs_close_dir) DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	if (folder == NULL) {
		int errnum = errno;
		mfa_close_fd(&fd);
		return mfa_fail_errno(diag, errnum, "%s: cannot list", self->users_path);
	}
	for (;;) {
		errno = 0;
		const struct dirent *entry = readdir(folder);
		if (entry == NULL && errno != 0)
			return mfa_fail_errno(diag, errno, "%s: cannot list",
					      self->users_path);
		if (entry == NULL)
			return MFA_OK;
		char user[STORE_NAME_SIZE];
		if (entry->d_name[0] == '.' ||
		    store_name_decode(entry->d_name, user) != 0)
			continue;
		int err = visit(context, user);
		if (err != MFA_OK)
			return err;
	}
}

const struct store_backend store_backend_file = {
	.scheme = { "file", "file:/PATH", true },
	.open = file_store_open,
	.use_key = file_store_use_key,
	.close = file_store_close,
	.rest = file_store_rest,
	.wake = file_store_wake,
	.check_writable = file_store_check_writable,
	.keep = file_store_keep,
	.use_next = file_store_use_next,
	.reseal = file_store_reseal,
	.prepare = file_store_prepare,
	.read = file_store_read,
	.swap = file_store_swap,
	.swap_unsynced = file_store_swap_unsynced,
	.scrub = file_store_scrub,
	.create = file_store_create,
	.remove = file_store_remove,
	.list = file_store_list,
};
