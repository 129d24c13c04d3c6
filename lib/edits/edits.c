/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/edits.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "mfa/fs.h"

enum {
	FILE_MAX = 1 << 20,
};

static int read_side(int fd, const char *path, struct mfa_diag *diag,
		     struct mfa_edit_side *side)
{
	struct stat status;
	if (fstat(fd, &status) != 0)
		return mfa_fail_errno(diag, errno, "%s: cannot stat", path);
	if (!S_ISREG(status.st_mode))
		return mfa_fail(diag, MFA_ERR_UNSAFE, "%s: not a regular file", path);
	if (status.st_size > FILE_MAX)
		return mfa_fail(diag, MFA_ERR_FULL, "%s: too large", path);
	side->mode = status.st_mode & 07777;
	side->uid = status.st_uid;
	side->gid = status.st_gid;
	side->data = calloc(1, (size_t)status.st_size + 1);
	if (side->data == NULL)
		return mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
	int err = mfa_fs_read(fd, side->data, (size_t)status.st_size, 0, &side->len);
	return err == MFA_OK ? MFA_OK
			     : mfa_fail(diag, err, "%s: cannot read: %s", path,
					mfa_strerror(err));
}

int mfa_edit_look(const char *path, struct mfa_diag *diag, struct mfa_edit_side *ret_side)
{
	MFA_CLEANUP(mfa_edit_side_done) struct mfa_edit_side side = { .len = 0 };
	MFA_CLEANUP(mfa_close_fd)
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 && errno == ENOENT) {
		*ret_side = (struct mfa_edit_side){ .is_absent = true };
		return MFA_OK;
	}
	if (fd < 0 && errno == ELOOP)
		return mfa_fail(diag, MFA_ERR_UNSAFE, "%s: is a symbolic link", path);
	if (fd < 0)
		return mfa_fail_errno(diag, errno, "%s: cannot open", path);
	int err = read_side(fd, path, diag, &side);
	if (err != MFA_OK)
		return err;
	*ret_side = side;
	side.data = NULL;
	return MFA_OK;
}

void mfa_edit_side_done(struct mfa_edit_side *side)
{
	mfa_free_string(&side->data);
	side->len = 0;
}

bool mfa_edit_sides_match(const struct mfa_edit_side *one,
			  const struct mfa_edit_side *other)
{
	if (one->is_absent || other->is_absent)
		return one->is_absent == other->is_absent;
	return one->len == other->len && memcmp(one->data, other->data, one->len) == 0;
}

static void end_edit(struct mfa_edit *edit)
{
	mfa_free_string(&edit->path);
	mfa_edit_side_done(&edit->before);
	mfa_edit_side_done(&edit->after);
}

static int fill_edit(struct mfa_edit *edit, const char *path, const char *text,
		     struct mfa_diag *diag)
{
	int err = mfa_edit_look(path, diag, &edit->before);
	if (err != MFA_OK)
		return err;
	bool is_new = edit->before.is_absent;
	edit->after = (struct mfa_edit_side){
		.is_absent = text == NULL,
		.mode = is_new ? 0644 : edit->before.mode,
		.uid = is_new ? 0 : edit->before.uid,
		.gid = is_new ? 0 : edit->before.gid,
		.data = text != NULL ? strdup(text) : NULL,
		.len = text != NULL ? strlen(text) : 0,
	};
	edit->path = strdup(path);
	bool is_whole = edit->path != NULL && (text == NULL || edit->after.data != NULL);
	return is_whole ? MFA_OK : mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
}

int mfa_edits_add(struct mfa_edits *edits, const char *path, const char *text,
		  struct mfa_diag *diag)
{
	MFA_CLEANUP(end_edit) struct mfa_edit edit = { .path = NULL };
	int err = fill_edit(&edit, path, text, diag);
	if (err != MFA_OK || mfa_edit_sides_match(&edit.before, &edit.after))
		return err;
	struct mfa_edit *items =
		reallocarray(edits->items, edits->count + 1, sizeof *items);
	if (items == NULL)
		return mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
	edits->items = items;
	items[edits->count++] = edit;
	edit = (struct mfa_edit){ .path = NULL };
	return MFA_OK;
}

static void swap_sides(struct mfa_edit_side *one, struct mfa_edit_side *other)
{
	struct mfa_edit_side kept = *one;
	*one = *other;
	*other = kept;
}

/* newer has the file as it is now; what it was in between is of no use any more, unless
 * somebody has made it so. */
static void merge_edit(struct mfa_edits *edits, struct mfa_edit *newer)
{
	for (size_t i = 0; i < edits->count; i++) {
		struct mfa_edit *edit = &edits->items[i];
		if (strcmp(edit->path, newer->path) != 0)
			continue;
		if (!mfa_edit_sides_match(&edit->after, &newer->before))
			swap_sides(&edit->before, &newer->before);
		swap_sides(&edit->after, &newer->after);
		return;
	}
	edits->items[edits->count++] = *newer;
	*newer = (struct mfa_edit){ .path = NULL };
}

int mfa_edits_merge(struct mfa_edits *edits, struct mfa_edits *newer)
{
	size_t most = edits->count + newer->count;
	struct mfa_edit *items = reallocarray(edits->items, most + 1, sizeof *items);
	if (items == NULL)
		return MFA_ERR_NOMEM;
	edits->items = items;
	for (size_t i = 0; i < newer->count; i++)
		merge_edit(edits, &newer->items[i]);
	struct mfa_edits merged = *newer;
	merged.items = edits->items;
	merged.count = edits->count;
	newer->services = (struct mfa_strings){ 0 };
	mfa_strings_done(&edits->services);
	*edits = merged;
	mfa_edits_done(newer);
	return MFA_OK;
}

const struct mfa_edit *mfa_edits_find(const struct mfa_edits *edits, const char *path)
{
	for (size_t i = 0; i < edits->count; i++)
		if (strcmp(edits->items[i].path, path) == 0)
			return &edits->items[i];
	return NULL;
}

void mfa_edits_drop(struct mfa_edits *edits, size_t at)
{
	end_edit(&edits->items[at]);
	memmove(&edits->items[at], &edits->items[at + 1],
		(edits->count - at - 1) * sizeof *edits->items);
	edits->count--;
}

void mfa_edits_done(struct mfa_edits *edits)
{
	for (size_t i = 0; i < edits->count; i++)
		end_edit(&edits->items[i]);
	free(edits->items);
	mfa_strings_done(&edits->services);
	*edits = (struct mfa_edits){ .count = 0 };
}
