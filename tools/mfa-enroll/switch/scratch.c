/* SPDX-License-Identifier: BSD-2-Clause */
#include "switch/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mfa/fs.h"
#include "mfa/rootfs.h"

enum {
	FOLDERS_OPEN = 8,
};

int scratch_make(struct mfa_diag *diag, struct scratch *ret_scratch)
{
	char path[sizeof ret_scratch->path] = "/run/mfa-enroll-XXXXXX";
	if (mkdtemp(path) == NULL)
		return mfa_fail_errno(diag, errno, "/run: cannot make a folder");
	(void)snprintf(ret_scratch->path, sizeof ret_scratch->path, "%s", path);
	return MFA_OK;
}

static int remove_copy(const char *path, const struct stat *status MFA_UNUSED,
		       int type MFA_UNUSED, struct FTW *place MFA_UNUSED)
{
	(void)remove(path);
	return 0;
}

void scratch_done(struct scratch *scratch)
{
	if (scratch->path[0] != '\0')
		(void)nftw(scratch->path, remove_copy, FOLDERS_OPEN,
			   FTW_DEPTH | FTW_PHYS);
	scratch->path[0] = '\0';
}

int scratch_path(const struct scratch *scratch, const char *name, struct mfa_diag *diag,
		 char ret_path[static PATH_MAX])
{
	int len = snprintf(ret_path, PATH_MAX, "%s%s", scratch->path, name);
	if (name[0] != '/' || len < 0 || len >= PATH_MAX)
		return mfa_fail(diag, MFA_ERR_INVALID, "%s: not usable", name);
	char *at = ret_path + strlen(scratch->path) + 1;
	for (char *slash = strchr(at, '/'); slash != NULL;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(ret_path, 0700) != 0 && errno != EEXIST)
			return mfa_fail_errno(diag, errno, "%s: cannot make", ret_path);
		*slash = '/';
	}
	return MFA_OK;
}

int scratch_write(const struct scratch *scratch, const char *name, const char *text,
		  struct mfa_diag *diag)
{
	char path[PATH_MAX];
	int err = scratch_path(scratch, name, diag, path);
	if (err != MFA_OK)
		return err;
	MFA_CLEANUP(mfa_close_fd)
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return mfa_fail_errno(diag, errno, "%s: cannot make", path);
	err = mfa_fs_write(fd, text, strlen(text), 0);
	return err == MFA_OK ? MFA_OK
			     : mfa_fail(diag, err, "%s: cannot write: %s", path,
					mfa_strerror(err));
}

static int copy_file(const struct scratch *scratch, const char *folder, const char *name,
		     struct mfa_diag *diag)
{
	char path[PATH_MAX];
	size_t len = 0;
	MFA_CLEANUP(mfa_free_string) char *text = NULL;
	int size = snprintf(path, sizeof path, "%s/%s", folder, name);
	if (size < 0 || (size_t)size >= sizeof path)
		return mfa_fail(diag, MFA_ERR_INVALID, "%s: not usable", folder);
	if (mfa_rootfs_is_folder("", path))
		return MFA_OK;
	int err = mfa_rootfs_read("", path, &text, &len);
	if (err == MFA_ERR_NOTFOUND || err == MFA_ERR_UNSAFE)
		return MFA_OK; /* a link to nothing, a pipe: libpam reads none */
	if (err != MFA_OK)
		return mfa_fail(diag, err, "%s: cannot read: %s", path,
				mfa_strerror(err));
	return scratch_write(scratch, path, text, diag);
}

int scratch_copy(const struct scratch *scratch, const char *folder, const char *prefix,
		 struct mfa_diag *diag)
{
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings names = { 0 };
	char path[PATH_MAX];
	MFA_CLEANUP(mfa_free_string) char *inside = NULL;
	if (asprintf(&inside, "%s/", folder) < 0) {
		inside = NULL;
		return mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
	}
	int err = scratch_path(scratch, inside, diag, path);
	if (err != MFA_OK || mfa_rootfs_list("", folder, &names) != MFA_OK)
		return err;
	for (size_t i = 0; err == MFA_OK && i < names.count; i++)
		if (strncmp(names.items[i], prefix, strlen(prefix)) == 0)
			err = copy_file(scratch, folder, names.items[i], diag);
	return err;
}
