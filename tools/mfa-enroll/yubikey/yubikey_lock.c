/* SPDX-License-Identifier: BSD-2-Clause */
#include "yubikey/yubikey_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <time.h>

#include "mfa/fs.h"

enum {
	PAUSE_NS = 50 * 1000 * 1000
};

static const char folder_path[] = "/run/pam_mfa";
static const char file_path[] = "/run/pam_mfa/enrolment";

static int open_lock(struct mfa_diag *diag, int *ret_fd)
{
	MFA_CLEANUP(mfa_close_fd) int folder = -1;
	bool is_made = false;
	int err = mfa_fs_make_dir(folder_path, diag, &is_made);
	if (err == MFA_OK)
		err = mfa_fs_open_dir(folder_path, &mfa_fs_run_folder, diag, &folder);
	if (err != MFA_OK)
		return err;
	const struct mfa_fs_entry entry = { folder, "enrolment", file_path };
	return mfa_fs_open_at(&entry, O_RDWR | O_CREAT, &mfa_fs_own, diag, ret_fd);
}

enum exit_code yubikey_lock_take(const struct app *app, struct enrolment *enrolment)
{
	static const struct timespec pause = { 0, PAUSE_NS };
	struct mfa_diag diag = { .text = "" };
	bool is_told = false;
	int err = open_lock(&diag, &enrolment->lock);
	if (err != MFA_OK)
		return app_fail(err, &diag);
	while (flock(enrolment->lock, LOCK_EX | LOCK_NB) != 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return app_fail(mfa_fail_errno(&diag, errno, "%s: cannot lock it",
						       file_path),
					&diag);
		if (interrupt_has_come())
			return app_cancel(app);
		if (!is_told)
			app_complain("%s",
				     TR(app, MFA_N_("another enrolment of a YubiKey "
						    "is going on; waiting for it "
						    "to end")));
		is_told = true;
		(void)nanosleep(&pause, NULL);
	}
	return EXIT_DONE;
}
