/* SPDX-License-Identifier: BSD-2-Clause */
/* What lies beside a file while it is changed: ".NAME.pam_mfa-new" and
 * ".NAME.pam_mfa-old". Neither libpam nor sshd reads names that begin with a dot. */
#pragma once

#include <limits.h>

#include "mfa/edits.h"

struct beside {
	char made[PATH_MAX]; /* the new file */
	char kept[PATH_MAX]; /* a second name of the old one */
};

/* MFA_ERR_INVALID: a path that is too long, or of no file. */
int beside_name(const char *path, struct mfa_diag *diag, struct beside *ret_beside);

/* Makes a file with these bytes, owner and mode, durably. MFA_ERR_EXISTS, ... */
int beside_write(const char *path, const struct mfa_edit_side *side,
		 struct mfa_diag *diag);

/* Gives a file the other's extended attributes, as lists of who may what and labels; but
 * none that are about its bytes. Where the file system has none, that is no error. */
int beside_copy_attributes(const char *from, const char *to, struct mfa_diag *diag);

/* Has what became of the names in the file's folder outlast a power failure. */
int beside_sync(const char *path, struct mfa_diag *diag);
