/* SPDX-License-Identifier: BSD-2-Clause */
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mfa/fs.h"
#include "mfa/seal.h"

static const struct mfa_fs_rule next_rule = { .forbidden = 0077, .mend = 0400 };
static const struct mfa_fs_rule held_rule = { 0, 0077, LOCK_SH, 0400, false };

/* ret_key: MFA_KEY_SIZE bytes of locked memory, zeros on failure. */
static int read_key(int fd, const char *path, struct mfa_diag *diag,
		    unsigned char *ret_key)
{
	struct stat status;
	if (fstat(fd, &status) != 0)
		return mfa_fail_errno(diag, errno, "%s: cannot stat", path);
	size_t len = 0;
	int err = mfa_fs_read(fd, ret_key, MFA_KEY_SIZE, 0, &len);
	if (err == MFA_OK && len == MFA_KEY_SIZE && status.st_size == MFA_KEY_SIZE)
		return MFA_OK;
	mfa_wipe(ret_key, MFA_KEY_SIZE);
	if (err != MFA_OK)
		return mfa_fail(diag, err, "%s: cannot read: %s", path,
				mfa_strerror(err));
	return mfa_fail(diag, MFA_ERR_INVALID,
			"%s: must hold %d bytes; restore it: mfa-enroll key restore "
			"--replace FILE, or from the backup",
			path, MFA_KEY_SIZE);
}

static int fail_busy(const char *path, struct mfa_diag *diag)
{
	return mfa_fail(diag, MFA_ERR_BUSY,
			"%s: held by somebody else; try again when no login and no "
			"mfa-enroll is at work",
			path);
}

/* If a rekey replaces the key while this waits for its lock, the new one is opened. */
static int key_file_load(const char *path, struct mfa_diag *diag, unsigned char *ret_key,
			 int *ret_hold)
{
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	int err = mfa_fs_open(path, O_RDONLY, &held_rule, diag, &fd);
	if (err == MFA_ERR_BUSY)
		return fail_busy(path, diag);
	if (err == MFA_OK)
		err = read_key(fd, path, diag, ret_key);
	if (err == MFA_OK)
		*ret_hold = MFA_TAKE_FD(fd);
	return err;
}

static int make_path_beside(const char *path, const char *ending, struct mfa_diag *diag,
			    char **ret_path)
{
	char *beside = NULL;
	if (asprintf(&beside, "%s.%s", path, ending) < 0)
		return mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
	*ret_path = beside;
	return MFA_OK;
}

static int make_next_path(const char *path, struct mfa_diag *diag, char **ret_path)
{
	return make_path_beside(path, "next", diag, ret_path);
}

static int key_file_load_next(const char *path, struct mfa_diag *diag,
			      struct mfa_secret *ret_key)
{
	MFA_CLEANUP(mfa_free_string) char *next = NULL;
	int err = make_next_path(path, diag, &next);
	if (err != MFA_OK)
		return err;
	/* the common case, fast; the folder was checked for the current key */
	struct stat status;
	if (lstat(next, &status) != 0 && errno == ENOENT)
		return MFA_ERR_NOTFOUND; /* normal, so without a diagnosis */
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret key = { 0 };
	err = mfa_fs_open(next, O_RDONLY, &next_rule, diag, &fd);
	if (err != MFA_OK)
		return err;
	if (mfa_secret_alloc(MFA_KEY_SIZE, &key) != MFA_OK)
		return mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
	err = read_key(fd, next, diag, key.data);
	if (err != MFA_OK)
		return err;
	*ret_key = key;
	key = (struct mfa_secret){ 0 };
	return MFA_OK;
}

static int write_key(const char *path, const struct mfa_secret *key,
		     struct mfa_diag *diag)
{
	struct mfa_fs_content content = {
		.data = key->data,
		.len = key->len,
		.mode = 0400,
	};
	return mfa_fs_create(path, &content, diag);
}

static int key_file_create(const char *path, struct mfa_diag *diag)
{
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret key = { 0 };
	int err = mfa_secret_random(MFA_KEY_SIZE, &key);
	return err == MFA_OK ? write_key(path, &key, diag)
			     : mfa_fail(diag, err, "out of memory");
}

/* What a killed run has left of the new file is dropped: it is a copy. */
static int replace_key(const char *path, const struct mfa_secret *key,
		       struct mfa_diag *diag)
{
	MFA_CLEANUP(mfa_free_string) char *fresh = NULL;
	int err = make_path_beside(path, "restored", diag, &fresh);
	if (err != MFA_OK)
		return err;
	(void)unlink(fresh);
	err = write_key(fresh, key, diag);
	return err == MFA_OK ? mfa_fs_replace(fresh, path, diag) : err;
}

static int key_file_put(const char *path, const struct mfa_secret *key, bool replaces,
			struct mfa_diag *diag)
{
	return replaces ? replace_key(path, key, diag) : write_key(path, key, diag);
}

static int key_file_name_note(const char *path, struct mfa_diag *diag, char **ret_path)
{
	return make_path_beside(path, "verified", diag, ret_path);
}

static int key_file_create_next(const char *path, const struct mfa_secret *key,
				struct mfa_diag *diag)
{
	MFA_CLEANUP(mfa_free_string) char *next = NULL;
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret fresh = { 0 };
	int err = make_next_path(path, diag, &next);
	if (err != MFA_OK)
		return err;
	err = mfa_secret_random(MFA_KEY_SIZE, &fresh);
	if (err != MFA_OK)
		return mfa_fail(diag, err, "out of memory");
	size_t kept = MFA_KEY_SIZE - MFA_SUBKEY_SIZE;
	if (key != NULL)
		memcpy(fresh.data + MFA_SUBKEY_SIZE, key->data + MFA_SUBKEY_SIZE, kept);
	return write_key(next, &fresh, diag);
}

/* Changing the kind of a lock releases it for a moment, and for good if it fails. So
 * another rekey may have finished meanwhile. */
static int key_file_hold(const char *path, int fd, bool is_alone, struct mfa_diag *diag)
{
	struct stat status;
	int err = mfa_fs_lock(fd, is_alone ? LOCK_EX : LOCK_SH);
	if (err == MFA_ERR_BUSY)
		return fail_busy(path, diag);
	if (err != MFA_OK)
		return mfa_fail(diag, err, "%s: cannot lock: %s", path,
				mfa_strerror(err));
	if (fstat(fd, &status) != 0)
		return mfa_fail_errno(diag, errno, "%s: cannot stat", path);
	if (status.st_nlink == 0)
		return mfa_fail(diag, MFA_ERR_CONFLICT,
				"%s: replaced by another rekey meanwhile", path);
	return MFA_OK;
}

static int key_file_make_current(const char *path, struct mfa_diag *diag)
{
	MFA_CLEANUP(mfa_free_string) char *next = NULL;
	int err = make_next_path(path, diag, &next);
	return err == MFA_OK ? mfa_fs_replace(next, path, diag) : err;
}

static void key_file_add_files(const char *path, struct mfa_snapshot *snapshot)
{
	MFA_CLEANUP(mfa_free_string) char *next = NULL;
	mfa_snapshot_add(snapshot, path);
	if (make_next_path(path, NULL, &next) == MFA_OK)
		mfa_snapshot_add(snapshot, next);
	else
		snapshot->is_unsettled = true;
}

const struct key_source_ops key_source_file = {
	.scheme = { "file", "file:/PATH", true },
	.load = key_file_load,
	.load_next = key_file_load_next,
	.create = key_file_create,
	.put = key_file_put,
	.name_note = key_file_name_note,
	.check_durable = mfa_fs_check_durable,
	.create_next = key_file_create_next,
	.hold = key_file_hold,
	.add_files = key_file_add_files,
	.make_current = key_file_make_current,
};
