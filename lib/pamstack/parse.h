/* SPDX-License-Identifier: BSD-2-Clause */
/* Parses service files into chains of lines, as libpam does. Where libpam would return
 * PAM_ABORT, this returns MFA_ERR_CONFIG with the reason. */
#pragma once

#include "service_files.h"

struct parser {
	enum mfa_libpam version;
	const struct mfa_pam_rootfs *rootfs;
	struct mfa_service *service;
	const char *name; /* of the wanted service, in lower case */
	struct mfa_diag *diag;
};

/* Adds the lines of a file, and of the files that it includes, to the service's chains.
 * service: the service of all lines; NULL: each line begins with its own. MFA_ERR_CONFIG,
 * MFA_ERR_FULL, MFA_ERR_NOMEM. */
int parse_source(struct parser *parser, const struct service_file *file,
		 const char *service);
