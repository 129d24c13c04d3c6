/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "beside.h"

/* Whether the second name is still of the file as it was. */
static bool is_kept_whole(const struct mfa_edit *edit, const struct beside *beside)
{
	MFA_CLEANUP(mfa_edit_side_done) struct mfa_edit_side kept = { .len = 0 };
	return mfa_edit_look(beside->kept, NULL, &kept) == MFA_OK && !kept.is_absent &&
	       mfa_edit_sides_match(&kept, &edit->before);
}

static int put_copy(const struct mfa_edit *edit, const struct beside *beside,
		    struct mfa_diag *diag)
{
	(void)unlink(beside->made);
	int err = beside_write(beside->made, &edit->before, diag);
	if (err == MFA_OK && !edit->after.is_absent)
		err = beside_copy_attributes(edit->path, beside->made, diag);
	if (err == MFA_OK && rename(beside->made, edit->path) != 0)
		err = mfa_fail_errno(diag, errno, "%s: cannot replace", edit->path);
	return err;
}

static int put_back(const struct mfa_edit *edit, const struct beside *beside,
		    struct mfa_diag *diag)
{
	if (edit->before.is_absent)
		return unlink(edit->path) == 0
			       ? MFA_OK
			       : mfa_fail_errno(diag, errno, "%s: cannot remove",
						edit->path);
	if (is_kept_whole(edit, beside))
		return rename(beside->kept, edit->path) == 0
			       ? MFA_OK
			       : mfa_fail_errno(diag, errno, "%s: cannot replace",
						edit->path);
	return put_copy(edit, beside, diag);
}

/* What somebody may want to compare with. */
static void keep_before(const struct mfa_edit *edit, const char *folder)
{
	char path[PATH_MAX];
	const char *name = strrchr(edit->path, '/') + 1;
	int len = snprintf(path, sizeof path, "%s/%s", folder, name);
	if (edit->before.is_absent || len < 0 || (size_t)len >= sizeof path)
		return;
	(void)unlink(path);
	if (beside_write(path, &edit->before, NULL) != MFA_OK)
		(void)unlink(path);
}

static int restore_edit(const struct mfa_edit *edit, const char *keep_folder,
			struct mfa_diag *diag, struct mfa_strings *kept)
{
	MFA_CLEANUP(mfa_edit_side_done) struct mfa_edit_side now = { .len = 0 };
	struct beside beside;
	int err = beside_name(edit->path, diag, &beside);
	if (err == MFA_OK)
		err = mfa_edit_look(edit->path, diag, &now);
	bool is_ours = err == MFA_OK && mfa_edit_sides_match(&now, &edit->after);
	bool is_before = err == MFA_OK && mfa_edit_sides_match(&now, &edit->before);
	if (is_ours && !is_before)
		err = put_back(edit, &beside, diag);
	if (err != MFA_OK && err != MFA_ERR_UNSAFE)
		return err;
	if (!is_ours && !is_before) {
		keep_before(edit, keep_folder);
		if (mfa_strings_add(kept, edit->path) != MFA_OK)
			return mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
	}
	(void)unlink(beside.made);
	(void)unlink(beside.kept);
	err = beside_sync(edit->path, diag);
	return err == MFA_ERR_NOTFOUND ? MFA_OK : err; /* nor is the folder there */
}

/* The last one first, as they were made one behind the other. */
int mfa_edits_restore(const struct mfa_edits *edits, const char *keep_folder,
		      struct mfa_diag *diag, struct mfa_strings *ret_kept)
{
	int first = MFA_OK;
	for (size_t i = edits->count; i-- > 0;) {
		struct mfa_diag own = { .text = "" };
		int err = restore_edit(&edits->items[i], keep_folder, &own, ret_kept);
		if (err != MFA_OK && first == MFA_OK)
			first = mfa_fail(diag, err, "%s", own.text);
	}
	return first;
}
