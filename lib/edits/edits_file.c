/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/edits.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "mfa/fs.h"

enum {
	SIZE_MAX_ALLOWED = 64 << 20,
};

static void free_bytes(unsigned char **bytes)
{
	free(*bytes);
}

int mfa_edits_save(const struct mfa_edits *edits, const char *path, struct mfa_diag *diag)
{
	MFA_CLEANUP(free_bytes) unsigned char *bytes = NULL;
	struct mfa_fs_content content = { .mode = 0600 };
	int err = mfa_edits_encode(edits, &bytes, &content.len);
	if (err != MFA_OK)
		return mfa_fail(diag, err, "out of memory");
	content.data = bytes;
	return mfa_fs_create(path, &content, diag);
}

int mfa_edits_load(const char *path, struct mfa_diag *diag, struct mfa_edits *ret_edits)
{
	MFA_CLEANUP(free_bytes) unsigned char *bytes = NULL;
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	struct stat status;
	size_t len = 0;
	int err = mfa_fs_open(path, O_RDONLY, &mfa_fs_own, diag, &fd);
	if (err != MFA_OK)
		return err;
	if (fstat(fd, &status) != 0 || status.st_size > SIZE_MAX_ALLOWED)
		return mfa_fail(diag, MFA_ERR_INTEGRITY, "%s: damaged", path);
	bytes = malloc((size_t)status.st_size + 1);
	if (bytes == NULL)
		return mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
	err = mfa_fs_read(fd, bytes, (size_t)status.st_size, 0, &len);
	if (err == MFA_OK)
		err = mfa_edits_decode(bytes, len, ret_edits);
	return err == MFA_OK ? MFA_OK
			     : mfa_fail(diag, err, "%s: %s", path, mfa_strerror(err));
}
