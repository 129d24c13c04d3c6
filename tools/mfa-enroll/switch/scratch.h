/* SPDX-License-Identifier: BSD-2-Clause */
/* A folder for copies, in memory and root's alone, that goes away with its files. */
#pragma once

#include <limits.h>

#include "mfa/base.h"

/* Zeroed: none. */
struct scratch {
	char path[64];
};

/* The caller ends it with scratch_done, also as cleanup. MFA_ERR_IO, ... */
int scratch_make(struct mfa_diag *diag, struct scratch *ret_scratch) MFA_MUST_CHECK;
void scratch_done(struct scratch *scratch);

/* The path of a name in it, with all folders that it needs. MFA_ERR_INVALID: too long. */
int scratch_path(const struct scratch *scratch, const char *name, struct mfa_diag *diag,
		 char ret_path[static PATH_MAX]) MFA_MUST_CHECK;

/* Writes a file of that name. */
int scratch_write(const struct scratch *scratch, const char *name, const char *text,
		  struct mfa_diag *diag) MFA_MUST_CHECK;

/* Copies the regular files of a folder to the same place in it, those alone whose name
 * begins with prefix. A missing folder has none. */
int scratch_copy(const struct scratch *scratch, const char *folder, const char *prefix,
		 struct mfa_diag *diag) MFA_MUST_CHECK;
