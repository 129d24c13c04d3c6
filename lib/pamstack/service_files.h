/* SPDX-License-Identifier: BSD-2-Clause */
/* Where libpam looks for service files. */
#pragma once

#include "mfa/stack.h"

struct service_file {
	char *path; /* as libpam knows it, without the root */
	char *text;
	size_t len;
};

void service_file_done(struct service_file *file);

/* Whether there is a folder of service files; else /etc/pam.conf is read. */
bool service_files_have_folder(const struct mfa_pam_rootfs *rootfs);

/* Reads a service's file. MFA_ERR_NOTFOUND: libpam could not open one. */
int service_file_read(const struct mfa_pam_rootfs *rootfs, const char *name,
		      struct service_file *ret_file);
/* Reads an included file: an absolute path, or a name in /etc/pam.d only (Debian). */
int service_file_read_include(const struct mfa_pam_rootfs *rootfs, const char *name,
			      struct service_file *ret_file);
int service_file_read_conf(const struct mfa_pam_rootfs *rootfs,
			   struct service_file *ret_file);
