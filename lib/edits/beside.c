/* SPDX-License-Identifier: BSD-2-Clause */
#include "beside.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "mfa/fs.h"

enum {
	XATTR_LIST_SIZE = 4096,
};

int beside_name(const char *path, struct mfa_diag *diag, struct beside *ret_beside)
{
	const char *slash = strrchr(path, '/');
	if (slash == NULL || slash[1] == '\0' || strlen(path) + 20 >= PATH_MAX)
		return mfa_fail(diag, MFA_ERR_INVALID, "%s: not the path of a file",
				path);
	int folder = (int)(slash + 1 - path);
	(void)snprintf(ret_beside->made, PATH_MAX, "%.*s.%s.pam_mfa-new", folder, path,
		       slash + 1);
	(void)snprintf(ret_beside->kept, PATH_MAX, "%.*s.%s.pam_mfa-old", folder, path,
		       slash + 1);
	return MFA_OK;
}

static int open_folder_of(const char *path, struct mfa_diag *diag, int *ret_fd)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');
	(void)snprintf(folder, sizeof folder, "%.*s", (int)(slash + 1 - path), path);
	return mfa_fs_open_dir(folder, &mfa_fs_protected, diag, ret_fd);
}

int beside_write(const char *path, const struct mfa_edit_side *side,
		 struct mfa_diag *diag)
{
	MFA_CLEANUP(mfa_close_fd) int dir_fd = -1;
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	int err = open_folder_of(path, diag, &dir_fd);
	if (err == MFA_OK)
		err = mfa_fs_begin(dir_fd, path, 0600, diag, &fd);
	if (err != MFA_OK)
		return err;
	err = mfa_fs_write(fd, side->data, side->len, 0);
	if (err != MFA_OK)
		return mfa_fail(diag, err, "%s: cannot write: %s", path,
				mfa_strerror(err));
	/* the owner first: a change of it takes set-uid bits away */
	if (fchown(fd, side->uid, side->gid) != 0 || fchmod(fd, side->mode) != 0)
		return mfa_fail_errno(diag, errno, "%s: cannot set the owner", path);
	const struct mfa_fs_entry entry = { dir_fd, strrchr(path, '/') + 1, path };
	return mfa_fs_finish(fd, &entry, diag);
}

/* Those of the kernel's integrity checks are hashes of the other's bytes. */
static bool is_copied(const char *name)
{
	static const char *const others[] = { "security.ima", "security.evm",
					      "security.capability" };
	for (size_t i = 0; i < MFA_COUNT(others); i++)
		if (strcmp(name, others[i]) == 0)
			return false;
	return strncmp(name, "trusted.", strlen("trusted.")) != 0;
}

static int copy_attribute(const char *from, const char *to, const char *name,
			  struct mfa_diag *diag)
{
	MFA_CLEANUP(mfa_free_string) char *value = malloc(XATTR_SIZE_MAX);
	if (value == NULL)
		return mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
	ssize_t len = lgetxattr(from, name, value, XATTR_SIZE_MAX);
	if (len < 0 || lsetxattr(to, name, value, (size_t)len, 0) != 0)
		return mfa_fail_errno(diag, errno, "%s: cannot copy %s", to, name);
	return MFA_OK;
}

int beside_copy_attributes(const char *from, const char *to, struct mfa_diag *diag)
{
	char names[XATTR_LIST_SIZE];
	ssize_t len = llistxattr(from, names, sizeof names);
	if (len < 0 && errno == ENOTSUP)
		return MFA_OK;
	if (len < 0)
		return mfa_fail_errno(diag, errno, "%s: cannot list attributes", from);
	int err = MFA_OK;
	for (const char *name = names; err == MFA_OK && name < names + len;
	     name += strlen(name) + 1)
		if (is_copied(name))
			err = copy_attribute(from, to, name, diag);
	return err;
}

int beside_sync(const char *path, struct mfa_diag *diag)
{
	MFA_CLEANUP(mfa_close_fd) int dir_fd = -1;
	int err = open_folder_of(path, diag, &dir_fd);
	if (err == MFA_OK && fsync(dir_fd) != 0)
		err = mfa_fail_errno(diag, errno, "%s: cannot write", path);
	return err;
}
