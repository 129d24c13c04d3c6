/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

const struct mfa_fs_rule mfa_fs_protected = { .owner = 0, .forbidden = 0022 };
const struct mfa_fs_rule mfa_fs_private = { .owner = 0, .forbidden = 0077 };
const struct mfa_fs_rule mfa_fs_own = { .forbidden = 0077, .mend = 0600 };
const struct mfa_fs_rule mfa_fs_own_shared = { 0, 0077, LOCK_SH, 0600, false };
const struct mfa_fs_rule mfa_fs_own_alone = { 0, 0077, LOCK_EX, 0600, false };
const struct mfa_fs_rule mfa_fs_own_folder = { .forbidden = 0077, .mend = 0700 };
const struct mfa_fs_rule mfa_fs_run_folder = { .forbidden = 0066, .mend = 0711 };

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

/* Whether it is root's own file or folder, and only its mode breaks the rule: it allows
 * too much, or the owner too little. If others could write it, its content may be
 * theirs. */
static bool is_mendable(const struct stat *status, const struct mfa_fs_rule *rule)
{
	mode_t mode = status->st_mode & 07777;
	bool is_wrong =
		(mode & rule->forbidden) != 0 || (rule->mend & ~mode & S_IRWXU) != 0;
	return rule->mend != 0 && is_wrong && status->st_uid == rule->owner &&
	       ((mode & 0022) == 0 || rule->mends_writable);
}

/* Not for a file that was made just now, with a mode that a caller's umask has cut. */
static void warn_of_mode(const struct stat *status, const struct mfa_fs_rule *rule,
			 const char *path, struct mfa_diag *diag)
{
	bool is_new = status->st_size == 0 && (status->st_mode & rule->forbidden) == 0;
	if (!is_new || S_ISDIR(status->st_mode))
		mfa_warn(diag, MFA_WARNING_MENDED,
			 "%s: its mode was %04o and is now %04o%s", path,
			 (unsigned)(status->st_mode & 07777), (unsigned)rule->mend,
			 (status->st_mode & 0077) == 0 ? ""
						       : "; others had access to it");
}

/* As check_owner_and_mode, but repairs the mode if that is safe. */
static int enforce_mode(int fd, const struct stat *status, const struct mfa_fs_rule *rule,
			const char *path, struct mfa_diag *diag)
{
	if (!is_mendable(status, rule) || fchmod(fd, rule->mend) != 0)
		return check_owner_and_mode(status, rule, path, diag);
	warn_of_mode(status, rule, path, diag);
	return MFA_OK;
}

/* Repairs the mode by name, for what even its owner may not open. Its folder was checked,
 * so only root can put something else in its place. */
static bool mend_by_name(const struct mfa_fs_entry *entry, const struct stat *status,
			 const struct mfa_fs_rule *rule, struct mfa_diag *diag)
{
	if (!is_mendable(status, rule) ||
	    fchmodat(entry->dir_fd, entry->name, rule->mend, 0) != 0)
		return false;
	warn_of_mode(status, rule, entry->path, diag);
	return true;
}

/* A folder above: others must not be able to rename what is in it. */
static int check_parent(const struct stat *status, const char *path,
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

/* One slash between the parts and none at the end, since lstat follows "link/". */
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

/* Checks each folder above the last, from the root down. Only root can change names in a
 * folder that passed, so a later look-up of the same name finds the same thing, and by
 * induction the whole path is safe. path is modified and restored. */
static int check_parents(char *path, struct mfa_diag *diag)
{
	struct stat status;
	int err = stat_folder("/", diag, &status);
	if (err == MFA_OK)
		err = check_parent(&status, "/", diag);
	for (char *slash = strchr(path + 1, '/'); err == MFA_OK && slash != NULL;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		err = stat_folder(path, diag, &status);
		if (err == MFA_OK)
			err = check_parent(&status, path, diag);
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
		err = check_parents(tidied, diag);
	struct stat status;
	if (err == MFA_OK)
		err = stat_folder(tidied, diag, &status);
	const struct mfa_fs_entry entry = { AT_FDCWD, tidied, path };
	if (err == MFA_OK && rule->forbidden == mfa_fs_protected.forbidden)
		err = check_parent(&status, path, diag);
	else if (err == MFA_OK && !mend_by_name(&entry, &status, rule, diag))
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

int mfa_fs_make_dir(const char *path, struct mfa_diag *diag, bool *ret_made)
{
	*ret_made = mkdir(path, 0700) == 0;
	if (!*ret_made && errno != EEXIST)
		return mfa_fail_errno(diag, errno, "%s: cannot create the folder", path);
	/* mkdir applies the umask */
	if (*ret_made && chmod(path, 0700) != 0)
		return mfa_fail_errno(diag, errno, "%s: cannot set the mode", path);
	return MFA_OK;
}

int mfa_fs_check_writable(const char *path, struct mfa_diag *diag)
{
	if (faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) != 0)
		return mfa_fail_errno(diag, errno, "%s: cannot write", path);
	return MFA_OK;
}

void mfa_fs_close_dir(DIR **dir)
{
	if (*dir != NULL)
		(void)closedir(*dir);
	*dir = NULL;
}

static int check_file(int fd, const struct stat *status, const char *path,
		      const struct mfa_fs_rule *rule, struct mfa_diag *diag)
{
	if (!S_ISREG(status->st_mode))
		return mfa_fail(diag, MFA_ERR_UNSAFE, "%s: not a regular file", path);
	if (status->st_nlink > 1)
		return mfa_fail(diag, MFA_ERR_UNSAFE,
				"%s: has %lu hard links, must have one", path,
				(unsigned long)status->st_nlink);
	return enforce_mode(fd, status, rule, path, diag);
}

enum {
	FILE_FLAGS = O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK
};

static int open_entry(const struct mfa_fs_entry *entry, int flags,
		      const struct mfa_fs_rule *rule, struct mfa_diag *diag)
{
	struct stat status;
	int fd = openat(entry->dir_fd, entry->name, flags | FILE_FLAGS, 0600);
	if (fd >= 0 || errno != EACCES)
		return fd;
	if (fstatat(entry->dir_fd, entry->name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISREG(status.st_mode) && mend_by_name(entry, &status, rule, diag))
		return openat(entry->dir_fd, entry->name, flags | FILE_FLAGS, 0600);
	errno = EACCES; /* the calls above may have changed it */
	return -1;
}

/* Without capabilities root cannot open what is others': the owner says more than EACCES.
 */
static int fail_open(const struct mfa_fs_entry *entry, int errnum,
		     const struct mfa_fs_rule *rule, struct mfa_diag *diag)
{
	struct stat status;
	if (errnum == ELOOP)
		return mfa_fail(diag, MFA_ERR_UNSAFE, "%s: is a symbolic link",
				entry->path);
	if (errnum == EISDIR)
		return mfa_fail(diag, MFA_ERR_UNSAFE, "%s: not a regular file",
				entry->path);
	if (errnum == EACCES &&
	    fstatat(entry->dir_fd, entry->name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
	    status.st_uid != rule->owner)
		return check_owner_and_mode(&status, rule, entry->path, diag);
	return mfa_fail_errno(diag, errnum, "%s: cannot open", entry->path);
}

/* One fstat, after locking, tells what the file is and whether it still has its name. */
int mfa_fs_open_at(const struct mfa_fs_entry *entry, int flags,
		   const struct mfa_fs_rule *rule, struct mfa_diag *diag, int *ret_fd)
{
	const char *path = entry->path;
	for (;;) {
		MFA_CLEANUP(mfa_close_fd)
		int fd = open_entry(entry, flags, rule, diag);
		if (fd < 0)
			return fail_open(entry, errno, rule, diag);
		int err = rule->lock != 0 ? mfa_fs_lock(fd, rule->lock) : MFA_OK;
		if (err != MFA_OK)
			return mfa_fail(diag, err, "%s: cannot lock: %s", path,
					mfa_strerror(err));
		struct stat status;
		if (fstat(fd, &status) != 0)
			return mfa_fail_errno(diag, errno, "%s: cannot stat", path);
		if (rule->lock != 0 && status.st_nlink == 0)
			continue;
		err = check_file(fd, &status, path, rule, diag);
		if (err == MFA_OK)
			*ret_fd = MFA_TAKE_FD(fd);
		return err;
	}
}

int mfa_fs_lock_again(int fd, const struct mfa_fs_rule *rule)
{
	struct stat status;
	int err = mfa_fs_lock(fd, rule->lock);
	if (err != MFA_OK)
		return err;
	if (fstat(fd, &status) != 0)
		return mfa_err_from_errno(errno);
	bool follows_rule = status.st_nlink == 1 && status.st_uid == rule->owner &&
			    (status.st_mode & rule->forbidden) == 0 &&
			    !is_mendable(&status, rule);
	return follows_rule ? MFA_OK : MFA_ERR_CONFLICT;
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
		err = check_parents(tidied, diag);
	if (err != MFA_OK)
		return err;
	struct mfa_fs_entry entry = { .dir_fd = AT_FDCWD, .name = tidied, .path = path };
	return mfa_fs_open_at(&entry, flags, rule, diag, ret_fd);
}
