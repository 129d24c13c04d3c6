#include "mfa/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

const struct mfa_fs_rule mfa_fs_protected = { .owner = 0, .forbidden = 0022 };
const struct mfa_fs_rule mfa_fs_private = { .owner = 0, .forbidden = 0077 };
const struct mfa_fs_rule mfa_fs_private_shared = { 0, 0077, LOCK_SH };
const struct mfa_fs_rule mfa_fs_private_alone = { 0, 0077, LOCK_EX };

/* A lock is held for about one disk write; a holder that needs longer than this is stuck. */
enum {
	LOCK_DEADLINE_US = 5000000,
	LOCK_NAP_MIN_US = 100,
	LOCK_NAP_MAX_US = 4000
};

static int check_owner_and_mode(const struct stat *status, const struct mfa_fs_rule *rule,
				const char *path, struct mfa_diag *diag)
{
	if (status->st_uid != rule->owner)
		return mfa_fail(diag, MFA_ERR_UNSAFE,
				"%s: owned by uid %u, must be owned by uid %u", path,
				(unsigned)status->st_uid, (unsigned)rule->owner);
	if ((status->st_mode & rule->forbidden) != 0)
		return mfa_fail(
			diag, MFA_ERR_UNSAFE, "%s: mode is %04o, run: chmod %04o %s",
			path, (unsigned)(status->st_mode & 07777),
			(unsigned)(status->st_mode & 07777 & ~rule->forbidden), path);
	return MFA_OK;
}

/* A folder on the way: others may not rename what stands in it. */
static int check_passage(const struct stat *status, const char *path,
			 struct mfa_diag *diag)
{
	struct mfa_fs_rule rule = mfa_fs_protected;
	if ((status->st_mode & S_ISVTX) != 0)
		rule.forbidden = 0;
	return check_owner_and_mode(status, &rule, path, diag);
}

static int stat_folder(const char *path, struct mfa_diag *diag, struct stat *ret_status)
{
	if (lstat(path, ret_status) != 0)
		return mfa_fail_errno(diag, errno, "%s: cannot open the folder", path);
	if (S_ISLNK(ret_status->st_mode))
		return mfa_fail(diag, MFA_ERR_UNSAFE,
				"%s: is a symbolic link; write the real path", path);
	if (!S_ISDIR(ret_status->st_mode))
		return mfa_fail(diag, MFA_ERR_UNSAFE, "%s: is not a folder", path);
	return MFA_OK;
}

/* One slash between the parts and none behind them, since lstat follows "link/". */
static int tidy_path(const char *path, struct mfa_diag *diag,
		     char ret_path[static PATH_MAX])
{
	size_t out = 0;
	for (; *path != '\0'; path++) {
		bool is_last = path[1] == '\0' && out > 0;
		if (*path == '/' && (path[1] == '/' || is_last))
			continue;
		if (out + 1 >= PATH_MAX)
			return mfa_fail(diag, MFA_ERR_INVALID, "the path is too long");
		ret_path[out++] = *path;
	}
	ret_path[out] = '\0';
	return MFA_OK;
}

/* Checks each folder above the last from the root down. Nobody but root can change a
 * name in a folder that passed, so what the next look at the same name sees is still
 * the same thing, and the whole path holds by induction. path is as it was afterwards. */
static int check_way(char *path, struct mfa_diag *diag)
{
	struct stat status;
	int err = stat_folder("/", diag, &status);
	if (err == MFA_OK)
		err = check_passage(&status, "/", diag);
	for (char *slash = strchr(path + 1, '/'); err == MFA_OK && slash != NULL;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		err = stat_folder(path, diag, &status);
		if (err == MFA_OK)
			err = check_passage(&status, path, diag);
		*slash = '/';
	}
	return err;
}

int mfa_fs_open_dir(const char *path, const struct mfa_fs_rule *rule,
		    struct mfa_diag *diag, int *ret_fd)
{
	char tidied[PATH_MAX];
	if (path[0] != '/')
		return mfa_fail(diag, MFA_ERR_INVALID, "%s: the path must begin with /",
				path);
	int err = tidy_path(path, diag, tidied);
	if (err == MFA_OK)
		err = check_way(tidied, diag);
	struct stat status;
	if (err == MFA_OK)
		err = stat_folder(tidied, diag, &status);
	if (err == MFA_OK && rule->forbidden == mfa_fs_protected.forbidden)
		err = check_passage(&status, path, diag);
	else if (err == MFA_OK)
		err = check_owner_and_mode(&status, rule, path, diag);
	if (err != MFA_OK)
		return err;
	MFA_CLEANUP(mfa_close_fd)
	int fd = open(tidied, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return mfa_fail_errno(diag, errno, "%s: cannot open the folder", path);
	*ret_fd = MFA_TAKE_FD(fd);
	return MFA_OK;
}

static int check_file(const struct stat *status, const char *path,
		      const struct mfa_fs_rule *rule, struct mfa_diag *diag)
{
	if (!S_ISREG(status->st_mode))
		return mfa_fail(diag, MFA_ERR_UNSAFE, "%s: not a regular file", path);
	if (status->st_nlink > 1)
		return mfa_fail(diag, MFA_ERR_UNSAFE,
				"%s: has %lu hard links, must have one", path,
				(unsigned long)status->st_nlink);
	return check_owner_and_mode(status, rule, path, diag);
}

enum {
	FILE_FLAGS = O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK
};

/* One look, behind the lock, tells what the file is and whether it still has its name. */
int mfa_fs_open_at(const struct mfa_fs_entry *entry, int flags,
		   const struct mfa_fs_rule *rule, struct mfa_diag *diag, int *ret_fd)
{
	const char *path = entry->path;
	for (;;) {
		MFA_CLEANUP(mfa_close_fd)
		int fd = openat(entry->dir_fd, entry->name, flags | FILE_FLAGS, 0600);
		if (fd < 0 && errno == ELOOP)
			return mfa_fail(diag, MFA_ERR_UNSAFE, "%s: is a symbolic link",
					path);
		if (fd < 0)
			return mfa_fail_errno(diag, errno, "%s: cannot open", path);
		int err = rule->lock != 0 ? mfa_fs_lock(fd, rule->lock) : MFA_OK;
		if (err != MFA_OK)
			return mfa_fail(diag, err, "%s: cannot lock: %s", path,
					mfa_strerror(err));
		struct stat status;
		if (fstat(fd, &status) != 0)
			return mfa_fail_errno(diag, errno, "%s: cannot stat", path);
		if (rule->lock != 0 && status.st_nlink == 0)
			continue;
		err = check_file(&status, path, rule, diag);
		if (err == MFA_OK)
			*ret_fd = MFA_TAKE_FD(fd);
		return err;
	}
}

static bool is_file_path(const char *path)
{
	const char *slash = strrchr(path, '/');
	return path[0] == '/' && slash[1] != '\0';
}

int mfa_fs_open(const char *path, int flags, const struct mfa_fs_rule *rule,
		struct mfa_diag *diag, int *ret_fd)
{
	if (!is_file_path(path))
		return mfa_fail(diag, MFA_ERR_INVALID,
				"%s: must be a file's absolute path", path);
	char tidied[PATH_MAX];
	int err = tidy_path(path, diag, tidied);
	if (err == MFA_OK)
		err = check_way(tidied, diag);
	if (err != MFA_OK)
		return err;
	struct mfa_fs_entry entry = { .dir_fd = AT_FDCWD, .name = tidied, .path = path };
	return mfa_fs_open_at(&entry, flags, rule, diag, ret_fd);
}

/* Opens the folder that a file stands in; ret_name is borrowed from path. */
static int open_parent(const char *path, struct mfa_diag *diag, int *ret_fd,
		       const char **ret_name)
{
	if (!is_file_path(path))
		return mfa_fail(diag, MFA_ERR_INVALID,
				"%s: must be a file's absolute path", path);
	const char *slash = strrchr(path, '/');
	MFA_CLEANUP(mfa_free_string)
	char *parent =
		slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
	if (parent == NULL)
		return mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
	*ret_name = slash + 1;
	return mfa_fs_open_dir(parent, &mfa_fs_protected, diag, ret_fd);
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

int mfa_fs_read(int fd, void *buffer, size_t size, off_t offset, size_t *ret_len)
{
	size_t done = 0;
	while (done < size) {
		ssize_t got = pread(fd, (char *)buffer + done, size - done,
				    offset + (off_t)done);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return mfa_err_from_errno(errno);
		if (got == 0)
			break;
		done += (size_t)got;
	}
	*ret_len = done;
	return MFA_OK;
}

int mfa_fs_write(int fd, const void *buffer, size_t size, off_t offset)
{
	size_t done = 0;
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

static void nap(long microseconds)
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
		nap(nap_us);
		waited_us += nap_us;
		if (nap_us < LOCK_NAP_MAX_US)
			nap_us *= 2;
	}
	return MFA_OK;
}
