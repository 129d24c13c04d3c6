/* SPDX-License-Identifier: BSD-2-Clause */
#include "pace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <time.h>

#include "mfa/fs.h"

enum {
	INTERVAL_MS = 3000,
	AT_ONCE = 10,
	PATIENCE_MS = 10000,
	PATH_SIZE = 64,
};

/* Gone at the next start of the machine, as the clock that it is read by begins anew. */
static const char FOLDER[] = "/run/pam_mfa";

/* Opens it once, for its mode to be mended where a caller of old has spoilt it. */
static int use_folder(struct mfa_diag *diag)
{
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	return mfa_fs_open_dir(FOLDER, &mfa_fs_own_folder, diag, &fd);
}

static int open_turns(uid_t caller, struct mfa_diag *diag, int *ret_fd)
{
	char path[PATH_SIZE];
	(void)snprintf(path, sizeof path, "%s/%u", FOLDER, (unsigned)caller);
	bool is_made = false;
	int err = mfa_fs_make_dir(FOLDER, diag, &is_made);
	if (err == MFA_OK)
		err = use_folder(diag);
	if (err == MFA_OK)
		err = mfa_fs_open(path, O_RDWR | O_CREAT, &mfa_fs_own, diag, ret_fd);
	if (err == MFA_OK)
		err = mfa_fs_lock(*ret_fd, LOCK_EX);
	return err;
}

static int64_t clock_ms(void)
{
	struct timespec now = { 0 };
	(void)clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The file holds when the turns that were taken would end, one in INTERVAL_MS. */
static int take(int fd, long *ret_wait_ms)
{
	int64_t now = clock_ms();
	int64_t end = 0;
	size_t len = 0;
	int err = mfa_fs_read(fd, &end, sizeof end, 0, &len);
	if (err != MFA_OK)
		return err;
	if (len != sizeof end || end < now)
		end = now;
	int64_t wait = end - now - (int64_t)INTERVAL_MS * (AT_ONCE - 1);
	if (wait > PATIENCE_MS)
		return MFA_ERR_BUSY;
	end += INTERVAL_MS;
	err = mfa_fs_write(fd, &end, sizeof end, 0);
	if (err == MFA_OK)
		*ret_wait_ms = wait > 0 ? (long)wait : 0;
	return err;
}

int pace_take(uid_t caller, struct mfa_diag *diag, long *ret_wait_ms)
{
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	int err = open_turns(caller, diag, &fd);
	if (err != MFA_OK)
		return err;
	err = take(fd, ret_wait_ms);
	if (err != MFA_OK)
		return mfa_fail(diag, err, "%s: cannot count: %s", FOLDER,
				mfa_strerror(err));
	return MFA_OK;
}

void pace_wait(long wait_ms)
{
	struct timespec rest = { .tv_sec = wait_ms / 1000,
				 .tv_nsec = wait_ms % 1000 * 1000000 };
	while (nanosleep(&rest, &rest) != 0 && errno == EINTR)
		continue;
}
