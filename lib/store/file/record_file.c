/* SPDX-License-Identifier: BSD-2-Clause */
/* The file of one record: opening, locking, reading, writing. */
#include "file_store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "mfa/fs.h"
#include "user_filename.h"

int file_store_join(const char *folder, const char *name, struct mfa_diag *diag,
		    char **ret_path)
{
	char *path = NULL;
	if (asprintf(&path, "%s/%s", folder, name) < 0)
		return mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
	*ret_path = path;
	return MFA_OK;
}

void file_record_close(struct file_record *file)
{
	mfa_close_fd(&file->fd);
	mfa_free_string(&file->path);
}

static bool is_decoy(const char *path)
{
	static const char name[] = "/.decoy";
	return strncmp(strrchr(path, '/'), name, sizeof name - 1) == 0;
}

int file_record_explain(int err, const char *path, struct mfa_diag *diag)
{
	if (err == MFA_ERR_INTEGRITY && is_decoy(path))
		return mfa_fail(diag, err,
				"%s: this decoy is damaged, or the store key is not its "
				"key; delete it and run: mfa-enroll init",
				path);
	if (err == MFA_ERR_INTEGRITY)
		return mfa_fail(
			diag, err,
			"%s: the record is damaged, altered or another user's, or the "
			"store key is not its key; restore it, or remove it and enrol "
			"the user again",
			path);
	if (err == MFA_ERR_UNSUPPORTED)
		return mfa_fail(
			diag, err,
			"%s: the record is of a newer version of pam_mfa than %s, "
			"or altered; install that version again",
			path, MFA_VERSION);
	return mfa_fail(diag, err, "%s: %s", path, mfa_strerror(err));
}

static int load_bytes(struct file_record *file, struct mfa_diag *diag)
{
	size_t len = 0;
	int err = mfa_fs_read(file->fd, file->bytes, SLOT_FILE_SIZE, 0, &len);
	if (err != MFA_OK)
		return mfa_fail(diag, err, "%s: cannot read: %s", file->path,
				mfa_strerror(err));
	if (len != SLOT_FILE_SIZE && is_decoy(file->path))
		return file_record_explain(MFA_ERR_INTEGRITY, file->path, diag);
	if (len != SLOT_FILE_SIZE)
		return mfa_fail(
			diag, MFA_ERR_INTEGRITY,
			"%s: has %zu byte%s, must have %d; restore it from the backup",
			file->path, len, MFA_PLURAL(len), SLOT_FILE_SIZE);
	return MFA_OK;
}

/* In a store that is kept also for the swap that follows, if anything can be written. */
static int open_record(const struct file_store *self, const struct mfa_fs_entry *entry,
		       int operation, struct file_record *file, struct mfa_diag *diag)
{
	bool is_alone = operation == LOCK_EX;
	const struct mfa_fs_rule *rule =
		is_alone ? &mfa_fs_own_alone : &mfa_fs_own_shared;
	file->is_readonly = !is_alone && !self->is_kept;
	int err = mfa_fs_open_at(entry, file->is_readonly ? O_RDONLY : O_RDWR, rule, diag,
				 &file->fd);
	if (is_alone || file->is_readonly || err != MFA_ERR_READONLY)
		return err;
	if (diag != NULL)
		diag->text[0] = '\0';
	file->is_readonly = true;
	return mfa_fs_open_at(entry, O_RDONLY, rule, diag, &file->fd);
}

int file_record_load(struct file_store *self, const char *user, int operation,
		     struct file_record *file, struct mfa_diag *diag)
{
	char name[STORE_NAME_SIZE];
	if (store_name_encode(user, name) != MFA_OK)
		return mfa_fail(diag, MFA_ERR_NOTFOUND,
				"the user name is too long to have a record");
	int err = file_store_join(self->users_path, name, diag, &file->path);
	if (err != MFA_OK)
		return err;
	struct mfa_fs_entry entry = { self->users_fd, name, file->path };
	err = open_record(self, &entry, operation, file, diag);
	return err == MFA_OK ? load_bytes(file, diag) : err;
}

const unsigned char *file_store_key(const struct file_store *self, unsigned age)
{
	return self->vault->keys[self->newest - age];
}

int file_record_open(struct file_store *self, const char *user, struct file_record *file,
		     struct slot_content *ret_content)
{
	int err = MFA_ERR_INTEGRITY;
	for (unsigned i = 0; err == MFA_ERR_INTEGRITY && i <= self->newest; i++) {
		file->key = file_store_key(self, i);
		err = slots_open(file->bytes, file->key, user, self->vault->scratch,
				 ret_content);
	}
	return err;
}

int file_record_begin(struct file_store *self, const struct mfa_record *record,
		      struct file_record *file, struct mfa_diag *diag)
{
	struct vault *vault = self->vault;
	struct slot_content stored;
	int err = file_record_load(self, record->user, LOCK_EX, file, diag);
	if (err == MFA_ERR_NOTFOUND)
		return mfa_fail(diag, MFA_ERR_CONFLICT,
				"the record was removed meanwhile");
	if (err != MFA_OK)
		return err;
	err = file_record_open(self, record->user, file, &stored);
	if (err != MFA_OK)
		return file_record_explain(err, file->path, diag);
	mfa_wipe(vault->scratch, stored.len);
	if (stored.generation != record->generation)
		return mfa_fail(diag, MFA_ERR_CONFLICT,
				"the record was changed meanwhile");
	file->next = stored.next;
	file->has_invalid_stamp = stored.has_invalid_stamp;
	return MFA_OK;
}

/* It rewrites the same data, so that a crash in between does no harm. */
static int mend_stamps(struct file_record *file)
{
	if (!file->has_invalid_stamp)
		return MFA_OK;
	slots_mend(file->bytes);
	int err = mfa_fs_write(file->fd, file->bytes, SLOT_FILE_SIZE, 0);
	if (err == MFA_OK)
		file->has_invalid_stamp = false;
	return err;
}

/* A failed write may have written a part, so the slot's old bytes are written again, as
 * far as that is possible. */
static int write_slot(struct file_record *file, const unsigned char *slot, size_t len)
{
	off_t offset = (off_t)file->next.slot * SLOT_SIZE;
	int err = mend_stamps(file);
	if (err == MFA_OK)
		err = mfa_fs_write(file->fd, slot, len, offset);
	if (err != MFA_OK &&
	    mfa_fs_write(file->fd, file->bytes + offset, len, offset) != MFA_OK)
		return MFA_ERR_IO;
	return err;
}

int file_record_write(struct file_store *self, struct file_record *file,
		      enum extent extent, struct mfa_record *record,
		      struct mfa_diag *diag)
{
	unsigned char slot[SLOT_SIZE];
	size_t len = 0;
	int err = slot_compose(record, file->key, &file->next, self->vault->scratch, slot,
			       &len);
	if (err == MFA_OK)
		err = write_slot(file, slot, extent == SLOT_WHOLE ? sizeof slot : len);
	if (err == MFA_OK && extent != SLOT_UNSYNCED && fdatasync(file->fd) != 0)
		err = mfa_err_from_errno(errno);
	if (err != MFA_OK)
		return mfa_fail(diag, err, "%s: cannot write the record: %s", file->path,
				mfa_strerror(err));
	record->generation = file->next.generation;
	return MFA_OK;
}

int file_record_write_both(struct file_store *self, struct file_record *file,
			   struct mfa_record *record, struct mfa_diag *diag)
{
	int err = MFA_OK;
	for (int i = 0; err == MFA_OK && i < 2; i++) {
		err = file_record_write(self, file, SLOT_WHOLE, record, diag);
		file->next.slot = 1 - file->next.slot;
		file->next.generation++;
	}
	return err;
}
