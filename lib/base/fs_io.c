/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading, writing, locking and creating files; fs.c opens them. */
#include "mfa/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <time.h>
#include <unistd.h>

/* A lock is held for about one disk write; a holder that needs longer than this is
 * stuck. */
enum {
	LOCK_DEADLINE_US = 5000000,
	LOCK_NAP_MIN_US = 100,
	LOCK_NAP_MAX_US = 4000
};

/* Opens the folder of a file; ret_name is borrowed from path. */
static int open_parent(const char *path, struct mfa_diag *diag, int *ret_fd,
		       const char **ret_name)
{
	const char *slash = strrchr(path, '/');
	if (path[0] != '/' || slash[1] == '\0')
		return mfa_fail(diag, MFA_ERR_INVALID,
				"%s: must be a file's absolute path", path);
	MFA_CLEANUP(mfa_free_string)
	char *parent =
		slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
	if (parent == NULL)
		return mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
	*ret_name = slash + 1;
	return mfa_fs_open_dir(parent, &mfa_fs_protected, diag, ret_fd);
}

int mfa_fs_check_durable(const char *path, struct mfa_diag *diag)
{
	MFA_CLEANUP(mfa_close_fd) int dir_fd = -1;
	const char *name = NULL;
	struct statfs status;
	int err = open_parent(path, diag, &dir_fd, &name);
	if (err != MFA_OK)
		return err;
	if (fstatfs(dir_fd, &status) != 0)
		return mfa_fail_errno(diag, errno, "%s: cannot stat the file system",
				      path);
	if (status.f_type != TMPFS_MAGIC && status.f_type != RAMFS_MAGIC)
		return MFA_OK;
	return mfa_fail(
		diag, MFA_ERR_UNSUPPORTED,
		"%s: this file system is in memory (tmpfs, ramfs) and gone at the "
		"next start; take a path on a disk (or --in-memory, to try things)",
		path);
}

int mfa_fs_replace(const char *path, const char *target, struct mfa_diag *diag)
{
	MFA_CLEANUP(mfa_close_fd) int dir_fd = -1;
	const char *name = NULL;
	int err = open_parent(path, diag, &dir_fd, &name);
	if (err != MFA_OK)
		return err;
	if (rename(path, target) != 0 || fsync(dir_fd) != 0)
		return mfa_fail_errno(diag, errno, "%s: cannot rename to %s", path,
				      target);
	return MFA_OK;
}

int mfa_fs_begin(int dir_fd, const char *path, mode_t mode, struct mfa_diag *diag,
		 int *ret_fd)
{
	MFA_CLEANUP(mfa_close_fd)
	int fd = openat(dir_fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, mode);
	if (fd < 0 && errno == EOPNOTSUPP)
		return mfa_fail(
			diag, MFA_ERR_UNSUPPORTED,
			"%s: this file system has no nameless files (O_TMPFILE); use "
			"ext4, xfs, btrfs or tmpfs",
			path);
	if (fd < 0 || fchmod(fd, mode) != 0)
		return mfa_fail_errno(diag, errno, "%s: cannot create", path);
	*ret_fd = MFA_TAKE_FD(fd);
	return MFA_OK;
}

int mfa_fs_finish(int fd, const struct mfa_fs_entry *entry, struct mfa_diag *diag)
{
	if (fsync(fd) != 0 ||
	    linkat(fd, "", entry->dir_fd, entry->name, AT_EMPTY_PATH) != 0 ||
	    fsync(entry->dir_fd) != 0)
		return mfa_fail_errno(diag, errno, "%s: cannot create", entry->path);
	return MFA_OK;
}

int mfa_fs_create(const char *path, const struct mfa_fs_content *content,
		  struct mfa_diag *diag)
{
	MFA_CLEANUP(mfa_close_fd) int dir_fd = -1;
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	struct mfa_fs_entry entry = { .path = path };
	int err = open_parent(path, diag, &dir_fd, &entry.name);
	if (err == MFA_OK)
		err = mfa_fs_begin(dir_fd, path, content->mode, diag, &fd);
	if (err != MFA_OK)
		return err;
	err = mfa_fs_write(fd, content->data, content->len, 0);
	if (err != MFA_OK)
		return mfa_fail(diag, err, "%s: cannot write: %s", path,
				mfa_strerror(err));
	entry.dir_fd = dir_fd;
	return mfa_fs_finish(fd, &entry, diag);
}

/* As read(2); 0: the end. */
static int read_part(int fd, char *buffer, size_t size, off_t offset, size_t *ret_len)
{
	ssize_t got = -1;
	do
		got = pread(fd, buffer, size, offset);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return mfa_err_from_errno(errno);
	*ret_len = (size_t)got;
	return MFA_OK;
}

int mfa_fs_read(int fd, void *buffer, size_t size, off_t offset, size_t *ret_len)
{
	size_t done = 0;
	size_t part = 1;
	while (done < size && part > 0) {
		int err = read_part(fd, (char *)buffer + done, size - done,
				    offset + (off_t)done, &part);
		if (err != MFA_OK)
			return err;
		done += part;
	}
	*ret_len = done;
	return MFA_OK;
}

int mfa_fs_read_text(int fd, char *buffer, size_t size, size_t *ret_len)
{
	size_t len = 0;
	size_t rest = 0;
	int err = read_part(fd, buffer, size, 0, &len);
	if (err == MFA_OK && len > 0 && buffer[len - 1] != '\n')
		err = mfa_fs_read(fd, buffer + len, size - len, (off_t)len, &rest);
	if (err == MFA_OK)
		*ret_len = len + rest;
	return err;
}

/* Linux writes up to the limit, and so a part. */
static bool is_within_limit(off_t end)
{
	struct rlimit limit;
	return getrlimit(RLIMIT_FSIZE, &limit) == 0 &&
	       (limit.rlim_cur == RLIM_INFINITY || (rlim_t)end <= limit.rlim_cur);
}

int mfa_fs_write(int fd, const void *buffer, size_t size, off_t offset)
{
	size_t done = 0;
	if (!is_within_limit(offset + (off_t)size))
		return MFA_ERR_LIMIT;
	while (done < size) {
		ssize_t put = pwrite(fd, (const char *)buffer + done, size - done,
				     offset + (off_t)done);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return mfa_err_from_errno(errno);
		if (put == 0)
			return MFA_ERR_IO;
		done += (size_t)put;
	}
	return MFA_OK;
}

static void sleep_us(long microseconds)
{
	struct timespec rest = { .tv_nsec = microseconds * 1000 };
	while (nanosleep(&rest, &rest) != 0 && errno == EINTR)
		continue;
}

int mfa_fs_lock(int fd, int operation)
{
	long waited_us = 0;
	long nap_us = LOCK_NAP_MIN_US;
	while (flock(fd, operation | LOCK_NB) != 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return mfa_err_from_errno(errno);
		if (waited_us >= LOCK_DEADLINE_US)
			return MFA_ERR_BUSY;
		sleep_us(nap_us);
		waited_us += nap_us;
		if (nap_us < LOCK_NAP_MAX_US)
			nap_us *= 2;
	}
	return MFA_OK;
}
