#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backend.h"
#include "mfa/fs.h"
#include "name.h"
#include "slots.h"

static const char USERS[] = "users";

struct file_store {
	struct mfa_store base;
	int users_fd;
	char *users_path;
	struct vault *vault;
	unsigned newest; /* of the keys: 1 while a rekey goes on */
};

/* What must not leave memory, in one locked block. */
struct vault {
	unsigned char keys[2][MFA_SUBKEY_SIZE]; /* the store's, a rekey's next one */
	unsigned char scratch[SLOT_SCRATCH_SIZE];
	struct mfa_record workspace;
};

/* One record file, opened and locked, with its sealed bytes. */
struct file_record {
	int fd;
	char *path; /* for messages */
	struct slot_plan next;
	unsigned char *bytes; /* SLOT_FILE_SIZE of the caller's */
};

static struct file_store *file_store(struct mfa_store *store)
{
	return (struct file_store *)store;
}

static void close_record(struct file_record *file)
{
	mfa_close_fd(&file->fd);
	mfa_free_string(&file->path);
}

static void close_store(struct mfa_store *store)
{
	struct file_store *self = file_store(store);
	mfa_close_fd(&self->users_fd);
	mfa_locked_free(self->vault);
	free(self->users_path);
	free(self);
}

static int join(const char *folder, const char *name, struct mfa_diag *diag,
		char **ret_path)
{
	char *path = NULL;
	if (asprintf(&path, "%s/%s", folder, name) < 0)
		return mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
	*ret_path = path;
	return MFA_OK;
}

static int open_store(const char *address, const struct mfa_secret *store_key,
		      struct mfa_diag *diag, struct mfa_store **ret_store)
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
	int err = mfa_seal_derive(store_key, MFA_KEY_RECORD, self->vault->keys[0]);
	if (err != MFA_OK)
		return mfa_fail(diag, err, "store key: %s", mfa_strerror(err));
	err = join(address, USERS, diag, &self->users_path);
	if (err == MFA_OK)
		err = mfa_fs_open_dir(self->users_path, &mfa_fs_private, diag,
				      &self->users_fd);
	if (err != MFA_OK)
		return err;
	*ret_store = MFA_TAKE(store);
	return MFA_OK;
}

static int make_folder(const char *path, struct mfa_diag *diag, bool *inout_made)
{
	if (mkdir(path, 0700) == 0)
		*inout_made = true;
	else if (errno != EEXIST)
		return mfa_fail_errno(diag, errno, "%s: cannot create the folder", path);
	return MFA_OK;
}

static int prepare(const char *address, struct mfa_diag *diag, bool *ret_made)
{
	MFA_CLEANUP(mfa_free_string) char *users = NULL;
	bool is_made = false;
	int err = join(address, USERS, diag, &users);
	if (err == MFA_OK)
		err = make_folder(address, diag, &is_made);
	if (err == MFA_OK)
		err = make_folder(users, diag, &is_made);
	if (err == MFA_OK)
		*ret_made = is_made;
	return err;
}

/* Opens and locks a record, again if it was removed while the lock was waited for. */
static int open_locked(struct file_store *self, const struct mfa_fs_entry *entry,
		       int operation, struct mfa_diag *diag, int *ret_fd)
{
	int flags = operation == LOCK_EX ? O_RDWR : O_RDONLY;
	for (;;) {
		MFA_CLEANUP(mfa_close_fd) int fd = -1;
		struct mfa_fs_entry at = *entry;
		at.dir_fd = self->users_fd;
		int err = mfa_fs_open_at(&at, flags, &mfa_fs_private, diag, &fd);
		if (err != MFA_OK)
			return err;
		err = mfa_fs_lock(fd, operation);
		if (err != MFA_OK)
			return mfa_fail(diag, err, "%s: cannot lock: %s", entry->path,
					mfa_strerror(err));
		struct stat status;
		if (fstat(fd, &status) != 0)
			return mfa_fail_errno(diag, errno, "%s: cannot stat",
					      entry->path);
		if (status.st_nlink == 0)
			continue;
		*ret_fd = MFA_TAKE_FD(fd);
		return MFA_OK;
	}
}

static int load_bytes(struct file_record *file, struct mfa_diag *diag)
{
	size_t len = 0;
	int err = mfa_fs_read(file->fd, file->bytes, SLOT_FILE_SIZE, 0, &len);
	if (err != MFA_OK)
		return mfa_fail(diag, err, "%s: cannot read: %s", file->path,
				mfa_strerror(err));
	if (len != SLOT_FILE_SIZE)
		return mfa_fail(
			diag, MFA_ERR_INTEGRITY,
			"%s: has %zu bytes, must have %d; restore it from the backup",
			file->path, len, SLOT_FILE_SIZE);
	return MFA_OK;
}

static int explain_slots(int err, const char *path, struct mfa_diag *diag)
{
	if (err == MFA_ERR_INTEGRITY)
		return mfa_fail(
			diag, err,
			"%s: the record is damaged, altered or another user's, or the "
			"store key is not its key; restore it, or remove it and enrol "
			"the user again",
			path);
	return mfa_fail(diag, err, "%s: %s", path, mfa_strerror(err));
}

/* Opens and locks a user's record and loads its bytes. The caller closes file. */
static int load_record(struct file_store *self, const char *user, int operation,
		       struct file_record *file, struct mfa_diag *diag)
{
	char name[STORE_NAME_SIZE];
	if (store_name_encode(user, name) != MFA_OK)
		return mfa_fail(diag, MFA_ERR_NOTFOUND,
				"the user name is too long to have a record");
	int err = join(self->users_path, name, diag, &file->path);
	if (err != MFA_OK)
		return err;
	struct mfa_fs_entry entry = { .name = name, .path = file->path };
	err = open_locked(self, &entry, operation, diag, &file->fd);
	return err == MFA_OK ? load_bytes(file, diag) : err;
}

/* The keys from the newest to the oldest. */
static const unsigned char *key_at(const struct file_store *self, unsigned age)
{
	return self->vault->keys[self->newest - age];
}

static int read_record(struct mfa_store *store, const char *user, struct mfa_diag *diag,
		       struct mfa_record *ret_record)
{
	struct file_store *self = file_store(store);
	unsigned char bytes[SLOT_FILE_SIZE];
	MFA_CLEANUP(close_record) struct file_record file = { .fd = -1, .bytes = bytes };
	mfa_wipe(ret_record, sizeof *ret_record);
	int err = load_record(self, user, LOCK_SH, &file, diag);
	if (err != MFA_OK)
		return err;
	for (unsigned i = 0; i <= self->newest; i++) {
		err = slots_read(file.bytes, key_at(self, i), user, self->vault->scratch,
				 ret_record);
		if (err != MFA_ERR_INTEGRITY)
			break;
	}
	return err == MFA_OK ? MFA_OK : explain_slots(err, file.path, diag);
}

/* Opens the stored record for writing, if it is still of the caller's generation. */
static int open_to_write(struct file_store *self, const struct mfa_record *record,
			 struct file_record *file, struct mfa_diag *diag)
{
	struct vault *vault = self->vault;
	struct slot_content stored;
	int err = load_record(self, record->user, LOCK_EX, file, diag);
	if (err == MFA_ERR_NOTFOUND)
		return mfa_fail(diag, MFA_ERR_CONFLICT,
				"the record was removed meanwhile");
	if (err != MFA_OK)
		return err;
	for (unsigned i = 0; i <= self->newest; i++) {
		err = slots_open(file->bytes, key_at(self, i), record->user,
				 vault->scratch, &stored);
		if (err != MFA_ERR_INTEGRITY)
			break;
	}
	if (err != MFA_OK)
		return explain_slots(err, file->path, diag);
	mfa_wipe(vault->scratch, stored.len);
	if (stored.generation != record->generation)
		return mfa_fail(diag, MFA_ERR_CONFLICT,
				"the record was changed meanwhile");
	file->next = stored.next;
	return MFA_OK;
}

/* Writes record into its slot, durably; whole: the slot's unused sectors as well. */
static int write_slot(struct file_store *self, struct file_record *file, bool whole,
		      struct mfa_record *record, struct mfa_diag *diag)
{
	unsigned char slot[SLOT_SIZE];
	size_t len = 0;
	int err = slots_compose(record, key_at(self, 0), &file->next,
				self->vault->scratch, slot, &len);
	if (err == MFA_OK)
		err = mfa_fs_write(file->fd, slot, whole ? sizeof slot : len,
				   (off_t)file->next.slot * SLOT_SIZE);
	if (err == MFA_OK && fdatasync(file->fd) != 0)
		err = mfa_err_from_errno(errno);
	if (err != MFA_OK)
		return mfa_fail(diag, err, "%s: cannot write the record: %s", file->path,
				mfa_strerror(err));
	record->generation = file->next.generation;
	return MFA_OK;
}

static int swap(struct mfa_store *store, struct mfa_record *record, struct mfa_diag *diag)
{
	unsigned char bytes[SLOT_FILE_SIZE];
	MFA_CLEANUP(close_record) struct file_record file = { .fd = -1, .bytes = bytes };
	int err = open_to_write(file_store(store), record, &file, diag);
	if (err != MFA_OK)
		return err;
	return write_slot(file_store(store), &file, false, record, diag);
}

/* Both slots, one after the other, so that nothing older is left in either. */
static int write_both(struct file_store *self, struct file_record *file,
		      struct mfa_record *record, struct mfa_diag *diag)
{
	int err = MFA_OK;
	for (int i = 0; err == MFA_OK && i < 2; i++) {
		err = write_slot(self, file, true, record, diag);
		file->next.slot = 1 - file->next.slot;
		file->next.generation++;
	}
	return err;
}

static int scrub(struct mfa_store *store, struct mfa_record *record,
		 struct mfa_diag *diag)
{
	unsigned char bytes[SLOT_FILE_SIZE];
	MFA_CLEANUP(close_record) struct file_record file = { .fd = -1, .bytes = bytes };
	int err = open_to_write(file_store(store), record, &file, diag);
	return err == MFA_OK ? write_both(file_store(store), &file, record, diag) : err;
}

static int use_next(struct mfa_store *store, const struct mfa_secret *next_key,
		    struct mfa_diag *diag)
{
	struct file_store *self = file_store(store);
	int err = mfa_seal_derive(next_key, MFA_KEY_RECORD, self->vault->keys[1]);
	if (err != MFA_OK)
		return mfa_fail(diag, err, "next store key: %s", mfa_strerror(err));
	self->newest = 1;
	return MFA_OK;
}

/* Reads and writes under the one lock, so that no login comes between. */
static int reseal(struct mfa_store *store, const char *user, struct mfa_diag *diag,
		  bool *ret_changed)
{
	struct file_store *self = file_store(store);
	struct vault *vault = self->vault;
	unsigned char bytes[SLOT_FILE_SIZE];
	MFA_CLEANUP(close_record) struct file_record file = { .fd = -1, .bytes = bytes };
	int err = load_record(self, user, LOCK_EX, &file, diag);
	if (err != MFA_OK)
		return err;
	if (slots_are_under(bytes, key_at(self, 0), user, vault->scratch)) {
		*ret_changed = false;
		return MFA_OK;
	}
	struct slot_content stored;
	for (unsigned i = 0; i <= self->newest; i++) {
		err = slots_open(bytes, key_at(self, i), user, vault->scratch, &stored);
		if (err != MFA_ERR_INTEGRITY)
			break;
	}
	if (err == MFA_OK)
		err = slots_decode(&stored, user, vault->scratch, &vault->workspace);
	if (err != MFA_OK)
		return explain_slots(err, file.path, diag);
	file.next = stored.next;
	err = write_both(self, &file, &vault->workspace, diag);
	mfa_wipe(&vault->workspace, sizeof vault->workspace);
	if (err == MFA_OK)
		*ret_changed = true;
	return err;
}

static int create(struct mfa_store *store, struct mfa_record *record,
		  struct mfa_diag *diag)
{
	struct file_store *self = file_store(store);
	char name[STORE_NAME_SIZE];
	if (strnlen(record->user, MFA_USER_SIZE) >= MFA_USER_SIZE ||
	    store_name_encode(record->user, name) != MFA_OK)
		return mfa_fail(diag, MFA_ERR_INVALID, "the user name is too long");
	unsigned char bytes[SLOT_FILE_SIZE];
	MFA_CLEANUP(close_record) struct file_record file = { .fd = -1, .bytes = bytes };
	int err = join(self->users_path, name, diag, &file.path);
	if (err == MFA_OK)
		err = mfa_fs_begin(self->users_fd, file.path, 0600, diag, &file.fd);
	if (err != MFA_OK)
		return err;
	/* at its full size, so that no login makes it grow */
	uint32_t before = record->generation;
	err = slots_begin(record, key_at(self, 0), self->vault->scratch, bytes);
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

static int remove_record(struct mfa_store *store, const struct mfa_record *record,
			 struct mfa_diag *diag)
{
	struct file_store *self = file_store(store);
	unsigned char bytes[SLOT_FILE_SIZE];
	MFA_CLEANUP(close_record) struct file_record file = { .fd = -1, .bytes = bytes };
	int err = open_to_write(self, record, &file, diag);
	if (err != MFA_OK)
		return err;
	char name[STORE_NAME_SIZE];
	err = store_name_encode(record->user, name);
	if (err != MFA_OK)
		return err;
	if (unlinkat(self->users_fd, name, 0) != 0 || fsync(self->users_fd) != 0)
		return mfa_fail_errno(diag, errno, "%s/%s: cannot remove the record",
				      self->users_path, name);
	/* nobody can open it any more: what is left is to overwrite it */
	memset(bytes, 0, sizeof bytes);
	err = mfa_fs_write(file.fd, bytes, sizeof bytes, 0);
	if (err == MFA_OK && fdatasync(file.fd) != 0)
		err = mfa_err_from_errno(errno);
	if (err != MFA_OK)
		return mfa_fail(diag, err, "removed, but not overwritten on the disk: %s",
				mfa_strerror(err));
	return MFA_OK;
}

static void close_folder(DIR **folder)
{
	if (*folder != NULL)
		(void)closedir(*folder);
}

static int list(struct mfa_store *store, mfa_store_visit visit, void *context,
		struct mfa_diag *diag)
{
	struct file_store *self = file_store(store);
	int fd = openat(self->users_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	MFA_CLEANUP(close_folder) DIR *folder = fd < 0 ? NULL : fdopendir(fd);
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
	.scheme = "file",
	.open = open_store,
	.close = close_store,
	.use_next = use_next,
	.reseal = reseal,
	.prepare = prepare,
	.read = read_record,
	.swap = swap,
	.scrub = scrub,
	.create = create,
	.remove = remove_record,
	.list = list,
};
