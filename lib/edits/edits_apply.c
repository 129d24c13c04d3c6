/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "beside.h"
#include "mfa/fs.h"

/* The names beside the file, which must be as it was. */
static int begin_edit(const struct mfa_edit *edit, struct mfa_diag *diag,
		      struct beside *ret_beside)
{
	MFA_CLEANUP(mfa_edit_side_done) struct mfa_edit_side now = { .len = 0 };
	int err = beside_name(edit->path, diag, ret_beside);
	if (err == MFA_OK)
		err = mfa_edit_look(edit->path, diag, &now);
	if (err == MFA_OK && !mfa_edit_sides_match(&now, &edit->before))
		return mfa_fail(diag, MFA_ERR_CONFLICT,
				"%s: somebody has changed it just now", edit->path);
	return err;
}

/* A second name keeps the file itself: with its time, its label and its lists of who may
 * what, which a copy would not have. */
static int stage_edit(const struct mfa_edit *edit, struct mfa_diag *diag)
{
	struct beside beside;
	int err = begin_edit(edit, diag, &beside);
	if (err != MFA_OK)
		return err;
	(void)unlink(beside.made); /* of one that was killed */
	(void)unlink(beside.kept);
	if (!edit->after.is_absent)
		err = beside_write(beside.made, &edit->after, diag);
	if (err == MFA_OK && !edit->after.is_absent && !edit->before.is_absent)
		err = beside_copy_attributes(edit->path, beside.made, diag);
	if (err == MFA_OK && !edit->before.is_absent &&
	    link(edit->path, beside.kept) != 0)
		err = mfa_fail_errno(diag, errno, "%s: cannot link", beside.kept);
	return err == MFA_OK ? beside_sync(edit->path, diag) : err;
}

int mfa_edits_stage(const struct mfa_edits *edits, struct mfa_diag *diag)
{
	int err = MFA_OK;
	for (size_t i = 0; err == MFA_OK && i < edits->count; i++)
		err = stage_edit(&edits->items[i], diag);
	return err;
}

static int make_edit(const struct mfa_edit *edit, struct mfa_diag *diag)
{
	struct beside beside;
	int err = begin_edit(edit, diag, &beside);
	if (err != MFA_OK)
		return err;
	int failed = edit->after.is_absent ? unlink(edit->path)
					   : rename(beside.made, edit->path);
	if (failed != 0)
		return mfa_fail_errno(diag, errno, "%s: cannot replace", edit->path);
	return beside_sync(edit->path, diag);
}

int mfa_edits_apply(const struct mfa_edits *edits, struct mfa_diag *diag)
{
	int err = MFA_OK;
	for (size_t i = 0; err == MFA_OK && i < edits->count; i++)
		err = make_edit(&edits->items[i], diag);
	return err;
}

void mfa_edits_tidy(const struct mfa_edits *edits)
{
	struct beside beside;
	for (size_t i = 0; i < edits->count; i++) {
		if (beside_name(edits->items[i].path, NULL, &beside) != MFA_OK)
			continue;
		(void)unlink(beside.made);
		(void)unlink(beside.kept);
	}
}

static bool is_beside(const char *name)
{
	static const char *const endings[] = { ".pam_mfa-new", ".pam_mfa-old" };
	size_t len = strlen(name);
	for (size_t i = 0; name[0] == '.' && i < MFA_COUNT(endings); i++) {
		size_t end = strlen(endings[i]);
		if (len > end && strcmp(name + len - end, endings[i]) == 0)
			return true;
	}
	return false;
}

void mfa_edits_tidy_folder(const char *folder)
{
	MFA_CLEANUP(mfa_fs_close_dir) DIR *open = opendir(folder);
	if (open == NULL)
		return;
	for (const struct dirent *entry; (entry = readdir(open)) != NULL;)
		if (is_beside(entry->d_name))
			(void)unlinkat(dirfd(open), entry->d_name, 0);
}
