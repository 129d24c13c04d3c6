#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mfa/fs.h"
#include "mfa/seal.h"

static int load(const char *path, struct mfa_diag *diag, struct mfa_secret *ret_key)
{
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	int err = mfa_fs_open(path, O_RDONLY, &mfa_fs_private, diag, &fd);
	if (err != MFA_OK)
		return err;
	/* one byte more, to notice a longer file */
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret raw = { 0 };
	err = mfa_secret_alloc(MFA_KEY_SIZE + 1, &raw);
	if (err != MFA_OK)
		return mfa_fail(diag, err, "out of memory");
	size_t len = 0;
	err = mfa_fs_read(fd, raw.data, raw.len, 0, &len);
	if (err != MFA_OK)
		return mfa_fail(diag, err, "%s: cannot read: %s", path,
				mfa_strerror(err));
	if (len != MFA_KEY_SIZE)
		return mfa_fail(diag, MFA_ERR_INVALID,
				"%s: must hold %d bytes; restore it from the backup",
				path, MFA_KEY_SIZE);
	err = mfa_secret_copy(raw.data, MFA_KEY_SIZE, ret_key);
	return err == MFA_OK ? MFA_OK : mfa_fail(diag, err, "out of memory");
}

/* Written whole before it has a name, so that no crash leaves half a key. */
static int create(const char *path, struct mfa_diag *diag)
{
	MFA_CLEANUP(mfa_free_string) char *copy = strdup(path);
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret key = { 0 };
	if (copy == NULL || mfa_secret_random(MFA_KEY_SIZE, &key) != MFA_OK)
		return mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
	char *slash = strrchr(copy, '/');
	*slash = '\0';
	const char *folder = slash == copy ? "/" : copy;
	MFA_CLEANUP(mfa_close_fd) int dir_fd = -1;
	int err = mfa_fs_open_dir(folder, &mfa_fs_protected, diag, &dir_fd);
	if (err != MFA_OK)
		return err;
	MFA_CLEANUP(mfa_close_fd)
	int fd = openat(dir_fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0400);
	if (fd < 0)
		return mfa_fail_errno(diag, errno, "%s: cannot create a file", folder);
	err = mfa_fs_write(fd, key.data, key.len, 0);
	if (err != MFA_OK)
		return mfa_fail(diag, err, "%s: cannot write: %s", path,
				mfa_strerror(err));
	if (fchmod(fd, 0400) != 0 || fsync(fd) != 0 ||
	    linkat(fd, "", dir_fd, slash + 1, AT_EMPTY_PATH) != 0 || fsync(dir_fd) != 0)
		return mfa_fail_errno(diag, errno, "%s: cannot create", path);
	return MFA_OK;
}

const struct key_source_ops key_source_file = {
	.scheme = "file",
	.load = load,
	.create = create,
};
