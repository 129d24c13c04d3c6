/* SPDX-License-Identifier: BSD-2-Clause */
/* Which release of Linux-PAM a file tree has, by Debian's package database: releases read
 * pam.d differently, and of one that was never compared with mfa/stack.h nothing can be
 * proved. */
#pragma once

#include "mfa/base.h"

enum {
	MFA_LIBPAM_VERSION_SIZE = 64
};

/* The releases whose reading is known, as one text: "1.5.2, ...". */
extern const char mfa_libpam_known[];

/* Whether the reading of an upstream version ("1.5.2") is known. */
bool mfa_libpam_is_known(const char *version);

/* The upstream version of the package libpam0g; of several architectures' the first that
 * is not known. root: as in mfa/rootfs.h. MFA_ERR_NOTFOUND: there is no database, or no
 * such package in it; MFA_ERR_IO, MFA_ERR_NOMEM. */
int mfa_libpam_find(const char *root, char ret_version[static MFA_LIBPAM_VERSION_SIZE])
	MFA_MUST_CHECK;
