/* SPDX-License-Identifier: BSD-2-Clause */
/* Files of a host whose root may be another folder (a chroot, a mounted disk). */
#pragma once

#include "mfa/strings.h"

/* In all of these root is "" for this host, else the folder that is its "/", also for
 * symbolic links. */

/* Opens path for reading. The caller closes ret_fd. MFA_ERR_NOTFOUND, MFA_ERR_IO, ... */
int mfa_rootfs_open(const char *root, const char *path, int *ret_fd) MFA_MUST_CHECK;

/* Reads a whole file (4 MiB at most), NUL-terminated; a folder reads as an empty file, as
 * with stdio. The caller frees ret_text. */
int mfa_rootfs_read(const char *root, const char *path, char **ret_text, size_t *ret_len)
	MFA_MUST_CHECK;

/* The names in a folder without those that begin with a dot, in the order of their bytes.
 * The caller frees it (mfa_strings_done). */
int mfa_rootfs_list(const char *root, const char *path, struct mfa_strings *ret_names)
	MFA_MUST_CHECK;

/* Whether the path is a folder that can be opened; whether anything can. */
bool mfa_rootfs_is_folder(const char *root, const char *path);
bool mfa_rootfs_exists(const char *root, const char *path);

/* Whether the folder of an absolute path has its name, also one that is a link to
 * nothing: what systemd takes for a masked unit. */
bool mfa_rootfs_has_name(const char *root, const char *path);
