/* SPDX-License-Identifier: BSD-2-Clause */
/* The file of a sealed copy. Its folder may be anybody's, as on a stick, and its file
 * system may have no nameless files: so this is not mfa_fs_create. */
#include "mfa/key_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mfa/fs.h"

/* A file in the making: its own name, and the folder of both. */
struct draft {
	int dir_fd;
	int fd;
	const char *path;
	const char *name; /* in path: what it is to be called */
	char *own_name;	  /* owned */
};

static void drop_draft(struct draft *draft)
{
	if (draft->fd >= 0) /* it has not got its name */
		(void)unlinkat(draft->dir_fd, draft->own_name, 0);
	mfa_close_fd(&draft->fd);
	mfa_close_fd(&draft->dir_fd);
	mfa_free_string(&draft->own_name);
}

static int open_folder(const char *path, struct mfa_diag *diag, struct draft *draft)
{
	const char *slash = strrchr(path, '/');
	draft->path = path;
	draft->name = slash != NULL ? slash + 1 : path;
	if (draft->name[0] == '\0')
		return mfa_fail(diag, MFA_ERR_INVALID, "%s: not a file's path", path);
	MFA_CLEANUP(mfa_free_string)
	char *folder =
		slash == NULL ? strdup(".") : strndup(path, (size_t)(draft->name - path));
	if (folder == NULL)
		return mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
	draft->dir_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (draft->dir_fd < 0)
		return mfa_fail_errno(diag, errno, "%s: cannot open the folder", folder);
	return MFA_OK;
}

/* A name that nobody has: what a killed run leaves is in nobody's way. */
static int begin_draft(struct draft *draft, struct mfa_diag *diag)
{
	if (asprintf(&draft->own_name, "%s.%08x.part", draft->name,
		     (unsigned)randombytes_random()) < 0) {
		draft->own_name = NULL;
		return mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
	}
	draft->fd = openat(draft->dir_fd, draft->own_name,
			   O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (draft->fd < 0)
		return mfa_fail_errno(diag, errno, "%s: cannot write", draft->path);
	return MFA_OK;
}

static int fill_draft(struct draft *draft, const unsigned char *bytes,
		      struct mfa_diag *diag)
{
	int err = mfa_fs_write(draft->fd, bytes, MFA_KEY_COPY_SIZE, 0);
	if (err == MFA_OK && fsync(draft->fd) != 0)
		err = mfa_err_from_errno(errno);
	return err == MFA_OK ? MFA_OK
			     : mfa_fail(diag, err, "%s: cannot write: %s", draft->path,
					mfa_strerror(err));
}

/* Network file systems cannot rename without replacing, but link. */
static bool take_name(const struct draft *draft)
{
	if (renameat2(draft->dir_fd, draft->own_name, draft->dir_fd, draft->name,
		      RENAME_NOREPLACE) == 0)
		return true;
	if (errno != EINVAL && errno != ENOSYS)
		return false;
	return linkat(draft->dir_fd, draft->own_name, draft->dir_fd, draft->name, 0) ==
		       0 &&
	       unlinkat(draft->dir_fd, draft->own_name, 0) == 0;
}

static int finish_draft(struct draft *draft, struct mfa_diag *diag)
{
	if (!take_name(draft))
		return mfa_fail_errno(diag, errno, "%s: cannot write", draft->path);
	mfa_close_fd(&draft->fd);
	draft->fd = -1;
	if (fsync(draft->dir_fd) != 0 && errno != EINVAL)
		return mfa_fail_errno(diag, errno, "%s: cannot sync the folder",
				      draft->path);
	return MFA_OK;
}

int mfa_key_copy_write(const char *path,
		       const unsigned char bytes[static MFA_KEY_COPY_SIZE],
		       struct mfa_diag *diag)
{
	MFA_CLEANUP(drop_draft) struct draft draft = { .dir_fd = -1, .fd = -1 };
	int err = open_folder(path, diag, &draft);
	if (err == MFA_OK)
		err = begin_draft(&draft, diag);
	if (err == MFA_OK)
		err = fill_draft(&draft, bytes, diag);
	return err == MFA_OK ? finish_draft(&draft, diag) : err;
}

int mfa_key_copy_read(const char *path, struct mfa_diag *diag,
		      unsigned char ret_bytes[static MFA_KEY_COPY_SIZE], size_t *ret_len)
{
	unsigned char bytes[MFA_KEY_COPY_SIZE + 1];
	struct stat status;
	size_t len = 0;
	MFA_CLEANUP(mfa_close_fd)
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &status) != 0)
		return mfa_fail_errno(diag, errno, "%s: cannot open", path);
	if (!S_ISREG(status.st_mode))
		return mfa_fail(diag, MFA_ERR_INVALID, "%s: not a regular file", path);
	int err = mfa_fs_read(fd, bytes, sizeof bytes, 0, &len);
	if (err != MFA_OK)
		return mfa_fail(diag, err, "%s: cannot read: %s", path,
				mfa_strerror(err));
	if (len > MFA_KEY_COPY_SIZE)
		return mfa_fail(diag, MFA_ERR_INVALID, "%s: not a copy of a store key",
				path);
	memcpy(ret_bytes, bytes, len);
	*ret_len = len;
	return MFA_OK;
}
