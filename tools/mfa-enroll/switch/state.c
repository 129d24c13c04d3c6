/* SPDX-License-Identifier: BSD-2-Clause */
#include "switch/state.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "mfa/fs.h"
#include "mfa/peer.h"
#include "mfa/rootfs.h"
#include "mfa/text.h"

#define STORE_FOLDER "/var/lib/pam_mfa"
#define LOCK_PATH    MFA_EDITS_FOLDER "/lock"
#define ENABLED_NEXT SWITCH_ENABLED ".next"
#define BOOT_PATH    "/proc/sys/kernel/random/boot_id"

enum exit_code switch_begin(struct app *app)
{
	struct mfa_diag diag = { .text = "" };
	enum exit_code code = app_identify(app);
	/* without a configuration nobody gets in: all the more it must be possible */
	if (code == EXIT_DONE &&
	    mfa_site_load(app->config_path, &diag, &app->site) == MFA_OK)
		app_use_language(app, app->site.config->language);
	return code;
}

static int make_folder(struct mfa_diag *diag)
{
	bool is_made = false;
	int err = mfa_fs_make_dir(STORE_FOLDER, diag, &is_made);
	return err == MFA_OK ? mfa_fs_make_dir(MFA_EDITS_FOLDER, diag, &is_made) : err;
}

/* Open for reading: what is on trial is put back on a disk that is read-only by now. */
static int take_lock(bool makes_folder, struct mfa_diag *diag, int *ret_lock)
{
	int err = MFA_OK;
	if (!makes_folder && !mfa_rootfs_exists("", MFA_EDITS_FOLDER))
		return MFA_OK;
	if (makes_folder)
		err = make_folder(diag);
	if (err == MFA_OK)
		err = mfa_fs_open(LOCK_PATH, O_RDONLY | O_CREAT, &mfa_fs_own_alone, diag,
				  ret_lock);
	return err;
}

enum exit_code switch_lock(struct app *app, bool makes_folder, int *ret_lock)
{
	struct mfa_diag diag = { .text = "" };
	int err = take_lock(makes_folder, &diag, ret_lock);
	if (err != MFA_ERR_BUSY)
		return err == MFA_OK ? EXIT_DONE : app_fail(err, &diag);
	app_complain("%s", TR(app, MFA_N_("another administrator is running enable or "
					  "disable just now; try again later")));
	return EXIT_BUSY;
}

void switch_lock_or_go_on(int *ret_lock)
{
	if (take_lock(false, NULL, ret_lock) != MFA_OK)
		*ret_lock = -1;
}

int switch_find(struct mfa_diag *diag, enum switch_phase *ret_phase,
		struct mfa_edits *ret_edits)
{
	int err = mfa_edits_load(MFA_EDITS_TRYING, diag, ret_edits);
	*ret_phase = SWITCH_TRYING;
	if (err == MFA_ERR_NOTFOUND) {
		err = mfa_edits_load(SWITCH_ENABLED, diag, ret_edits);
		*ret_phase = SWITCH_CONFIRMED;
	}
	if (err != MFA_ERR_NOTFOUND)
		return err;
	*ret_phase = SWITCH_OFF;
	return MFA_OK;
}

static int confirm_on_top(struct mfa_edits *before, struct mfa_edits *edits,
			  struct mfa_diag *diag)
{
	int err = mfa_edits_merge(before, edits);
	if (err == MFA_OK)
		err = switch_forget(ENABLED_NEXT, diag); /* of one that was killed */
	if (err == MFA_OK)
		err = mfa_edits_save(before, ENABLED_NEXT, diag);
	if (err == MFA_OK)
		err = mfa_fs_replace(ENABLED_NEXT, SWITCH_ENABLED, diag);
	return err == MFA_OK ? switch_forget(MFA_EDITS_TRYING, diag) : err;
}

/* One rename(2), which needs no space. */
static int confirm_first(const struct mfa_edits *edits, struct mfa_diag *diag)
{
	int err = mfa_fs_replace(MFA_EDITS_TRYING, SWITCH_ENABLED, diag);
	if (err != MFA_OK || !switch_is_due(edits))
		return err;
	err = mfa_fs_replace(SWITCH_ENABLED, MFA_EDITS_TRYING, diag);
	return err == MFA_OK ? MFA_ERR_CONFLICT : err;
}

/* Until it is done what lies beside the files is kept: taking them back may need it. */
int switch_confirm(struct mfa_edits *edits, struct mfa_diag *diag)
{
	MFA_CLEANUP(mfa_edits_done) struct mfa_edits before = { .count = 0 };
	int err = mfa_edits_load(SWITCH_ENABLED, diag, &before);
	if (err == MFA_ERR_NOTFOUND)
		err = confirm_first(edits, diag);
	else if (err == MFA_OK && switch_is_due(edits))
		err = MFA_ERR_CONFLICT;
	else if (err == MFA_OK)
		err = confirm_on_top(&before, edits, diag);
	if (err != MFA_OK)
		return err;
	mfa_edits_tidy(edits);
	mfa_edits_tidy(&before);
	return MFA_OK;
}

int switch_end(struct mfa_diag *diag)
{
	/* needs no space, as nothing of it does */
	(void)utimensat(AT_FDCWD, MFA_EDITS_TRYING, NULL, AT_SYMLINK_NOFOLLOW);
	return mfa_fs_replace(MFA_EDITS_TRYING, SWITCH_ENDED, diag);
}

static void write_local_time(time_t time, char ret_text[static MFA_TIME_SIZE])
{
	struct tm local;
	if (localtime_r(&time, &local) == NULL ||
	    strftime(ret_text, MFA_TIME_SIZE, "%Y-%m-%d %H:%M", &local) == 0)
		ret_text[0] = '\0';
}

void switch_complain_of_end(const struct app *app)
{
	MFA_CLEANUP(mfa_edits_done) struct mfa_edits edits = { .count = 0 };
	struct stat status;
	char began[MFA_TIME_SIZE];
	char ended[MFA_TIME_SIZE];
	if (mfa_edits_load(SWITCH_ENDED, NULL, &edits) != MFA_OK ||
	    stat(SWITCH_ENDED, &status) != 0) {
		app_complain("%s", TR(app, MFA_N_("nothing is on trial")));
		return;
	}
	write_local_time(edits.time, began);
	write_local_time(status.st_mtime, ended);
	app_complain(TR(app, MFA_N_("too late: the trial of %s ended at %s and was put "
				    "back; begin anew: mfa-enroll enable")),
		     began, ended);
}

int switch_forget(const char *path, struct mfa_diag *diag)
{
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	if (!mfa_rootfs_exists("", MFA_EDITS_FOLDER))
		return MFA_OK;
	int err = mfa_fs_open_dir(MFA_EDITS_FOLDER, &mfa_fs_own_folder, diag, &fd);
	if (err == MFA_OK && ((unlink(path) != 0 && errno != ENOENT) || fsync(fd) != 0))
		err = mfa_fail_errno(diag, errno, "%s: cannot remove", path);
	return err;
}

void switch_boot(char ret_boot[static MFA_EDITS_BOOT_SIZE])
{
	size_t len = 0;
	MFA_CLEANUP(mfa_close_fd) int fd = open(BOOT_PATH, O_RDONLY | O_CLOEXEC);
	if (fd < 0 ||
	    mfa_fs_read_text(fd, ret_boot, MFA_EDITS_BOOT_SIZE - 1, &len) != MFA_OK)
		len = 0;
	ret_boot[len] = '\0';
	ret_boot[strcspn(ret_boot, "\n")] = '\0';
}

bool switch_is_due(const struct mfa_edits *edits)
{
	char boot[MFA_EDITS_BOOT_SIZE];
	switch_boot(boot);
	return strcmp(boot, edits->boot) != 0 || mfa_boottime_ms() >= edits->deadline_ms;
}

enum exit_code switch_check_time(const struct app *app, const struct mfa_edits *edits)
{
	if (!switch_is_due(edits))
		return EXIT_DONE;
	app_complain("%s", TR(app, MFA_N_("the time is over, and all is put back")));
	return EXIT_REFUSED;
}

void switch_write_left(const struct mfa_edits *edits,
		       char ret_left[static SWITCH_LEFT_SIZE])
{
	int64_t left = (edits->deadline_ms - mfa_boottime_ms() + 999) / 1000;
	if (left < 0)
		left = 0;
	(void)snprintf(ret_left, SWITCH_LEFT_SIZE, "%" PRId64 ":%02d", left / 60,
		       (int)(left % 60));
}
