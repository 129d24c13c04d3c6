/* SPDX-License-Identifier: BSD-2-Clause */
/* From a file's text to chains: what libpam does while it reads. Wherever it would give
 * up (PAM_ABORT), this gives MFA_ERR_CONFIG with the reason. */
#pragma once

#include "service_files.h"

struct parser {
	const struct mfa_pam_rootfs *rootfs;
	struct mfa_service *service;
	const char *name; /* of the service that is wanted, in small letters */
	struct mfa_diag *diag;
};

/* Adds the lines of a file, and of what it includes, to the service's chains. service:
 * whose lines they are; NULL where each line begins with that. MFA_ERR_CONFIG,
 * MFA_ERR_FULL, MFA_ERR_NOMEM. */
int parse_source(struct parser *parser, const struct service_file *file,
		 const char *service);
