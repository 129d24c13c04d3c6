/* SPDX-License-Identifier: BSD-2-Clause */
/* What modules can answer. What is not known of one, it can. */
#pragma once

#include "mfa/inspect.h"

enum module_role {
	MODULE_OTHER,
	MODULE_PASSWORD,
	MODULE_MFA,
};

/* What is known of the file tree that has the modules. */
enum module_role module_role(const struct mfa_inspector *inspector,
			     const struct mfa_stack_line *line);
bool module_is_missing(const struct mfa_inspector *inspector,
		       const struct mfa_stack_line *line);
/* Named by a path that is not in one of libpam's folders. */
bool module_is_strange(const struct mfa_stack_line *line);

/* All but pam_mfa, whose answers the zone decides. */
struct mfa_line_facts module_facts(const struct mfa_inspector *inspector,
				   const struct mfa_stack_line *line,
				   enum mfa_facility facility, const char *service);

/* Fills inspector->modules from the folders. */
int module_list(struct mfa_inspector *inspector);
