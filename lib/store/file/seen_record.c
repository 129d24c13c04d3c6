/* SPDX-License-Identifier: BSD-2-Clause */
/* A login reads a record, and writes it right after that. */
#include "file_store.h"

#include <string.h>
#include <sys/file.h>

#include "mfa/fs.h"

void seen_record_forget(struct file_store *self)
{
	if (self->seen.user[0] == '\0')
		return;
	file_record_close(&self->seen.file);
	self->seen.user[0] = '\0';
}

static void keep_seen(struct file_store *self, const char *user, struct file_record *file,
		      const struct slot_content *content)
{
	struct seen_record *seen = &self->seen;
	size_t len = strnlen(user, MFA_USER_SIZE);
	if (len == MFA_USER_SIZE || file->is_readonly || flock(file->fd, LOCK_UN) != 0)
		return;
	memcpy(seen->user, user, len + 1);
	seen->generation = content->generation;
	seen->file = *file;
	seen->file.next = content->next;
	seen->file.has_invalid_stamp = content->has_invalid_stamp;
	*file = (struct file_record){ .fd = -1 };
}

int seen_record_read(struct file_store *self, const char *user, struct mfa_diag *diag,
		     struct mfa_record *ret_record)
{
	seen_record_forget(self);
	MFA_CLEANUP(file_record_close)
	struct file_record file = { .fd = -1, .bytes = self->seen.bytes };
	int err = file_record_load(self, user, LOCK_SH, &file, diag);
	if (err != MFA_OK)
		return err;
	struct slot_content content;
	err = file_record_open(self, user, &file, &content);
	if (err == MFA_OK)
		err = slots_decode(&content, user, self->vault->scratch, ret_record);
	if (err != MFA_OK)
		return file_record_explain(err, file.path, diag);
	keep_seen(self, user, &file, &content);
	return MFA_OK;
}

static bool is_as_seen(const struct seen_record *seen)
{
	unsigned char now[SLOT_FILE_SIZE];
	size_t len = 0;
	return mfa_fs_read(seen->file.fd, now, sizeof now, 0, &len) == MFA_OK &&
	       len == sizeof now && memcmp(now, seen->bytes, sizeof now) == 0;
}

static int lock_seen(const struct seen_record *seen, const struct mfa_record *record,
		     struct mfa_diag *diag)
{
	if (seen->user[0] == '\0' || strcmp(seen->user, record->user) != 0 ||
	    seen->generation != record->generation)
		return MFA_ERR_NOTFOUND;
	int err = mfa_fs_lock_again(seen->file.fd, &mfa_fs_own_alone);
	if (err == MFA_ERR_BUSY)
		return mfa_fail(diag, err, "%s: cannot lock: %s", seen->file.path,
				mfa_strerror(err));
	return err == MFA_OK && is_as_seen(seen) ? MFA_OK : MFA_ERR_NOTFOUND;
}

int seen_record_begin(struct file_store *self, const struct mfa_record *record,
		      struct file_record *ret_file, struct mfa_diag *diag)
{
	struct seen_record *seen = &self->seen;
	int err = lock_seen(seen, record, diag);
	if (err != MFA_OK) {
		seen_record_forget(self);
		return err;
	}
	*ret_file = seen->file;
	seen->file = (struct file_record){ .fd = -1 };
	seen->user[0] = '\0';
	return MFA_OK;
}
