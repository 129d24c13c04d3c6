/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/whole_file.h"

#include <string.h>

#include "mfa/rootfs.h"

static const char *const texts[] = {
	[WHOLE_FILE_SIZE] =
		MFA_N_("it is larger than 4 MiB and was not read: what it allows "
		       "is not known"),
	[WHOLE_FILE_NUL] =
		MFA_N_("a NUL byte is in it: what is allowed behind that is not "
		       "known"),
	[WHOLE_FILE_ERROR] = MFA_N_("it cannot be read: what it allows is not known"),
	[WHOLE_FILE_DEPTH] = MFA_N_("too many files include each other, and this one was "
				    "not read: what it allows is not known"),
	[WHOLE_FILE_ENTRIES] =
		MFA_N_("it says too much, with the files that it includes: "
		       "what the rest allows is not known"),
};

void whole_file_add_unread(struct check *check, const char *path,
			   enum whole_file_limit limit)
{
	check_add_once(check, CHECK_HOLE, "file-unread", (struct check_place){ path, 0 },
		       "%s", TR(check->app, texts[limit]));
}

bool whole_file_read(struct check *check, const char *path, char **ret_text,
		     size_t *ret_len)
{
	MFA_CLEANUP(mfa_free_string) char *text = NULL;
	size_t len = 0;
	int err = mfa_rootfs_read(check->root, path, &text, &len);
	if (err == MFA_ERR_NOMEM)
		check->findings.err = err;
	else if (err == MFA_ERR_FULL)
		whole_file_add_unread(check, path, WHOLE_FILE_SIZE);
	else if (err != MFA_OK && err != MFA_ERR_NOTFOUND && err != MFA_ERR_UNSAFE)
		whole_file_add_unread(check, path, WHOLE_FILE_ERROR);
	if (err != MFA_OK)
		return false;
	if (strlen(text) < len)
		whole_file_add_unread(check, path, WHOLE_FILE_NUL);
	*ret_text = MFA_TAKE(text);
	*ret_len = len;
	return true;
}
