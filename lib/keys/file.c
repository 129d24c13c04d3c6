#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "mfa/fs.h"
#include "mfa/seal.h"

static int load(const char *path, struct mfa_diag *diag, struct mfa_secret *ret_key)
{
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	int err = mfa_fs_open(path, O_RDONLY, &mfa_fs_private, diag, &fd);
	if (err != MFA_OK)
		return err;
	struct stat status;
	if (fstat(fd, &status) != 0)
		return mfa_fail_errno(diag, errno, "%s: cannot stat", path);
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret key = { 0 };
	err = mfa_secret_alloc(MFA_KEY_SIZE, &key);
	if (err != MFA_OK)
		return mfa_fail(diag, err, "out of memory");
	size_t len = 0;
	err = mfa_fs_read(fd, key.data, key.len, 0, &len);
	if (err != MFA_OK)
		return mfa_fail(diag, err, "%s: cannot read: %s", path,
				mfa_strerror(err));
	if (len != MFA_KEY_SIZE || status.st_size != MFA_KEY_SIZE)
		return mfa_fail(diag, MFA_ERR_INVALID,
				"%s: must hold %d bytes; restore it from the backup",
				path, MFA_KEY_SIZE);
	*ret_key = key;
	key = (struct mfa_secret){ 0 };
	return MFA_OK;
}

static int create(const char *path, struct mfa_diag *diag)
{
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret key = { 0 };
	int err = mfa_secret_random(MFA_KEY_SIZE, &key);
	if (err != MFA_OK)
		return mfa_fail(diag, err, "out of memory");
	struct mfa_fs_content content = { .data = key.data,
					  .len = key.len,
					  .mode = 0400 };
	return mfa_fs_create(path, &content, diag);
}

const struct key_source_ops key_source_file = {
	.scheme = "file",
	.load = load,
	.create = create,
};
