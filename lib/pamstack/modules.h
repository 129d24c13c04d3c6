/* SPDX-License-Identifier: BSD-2-Clause */
/* The answers that modules can give; unknown modules can give all. */
#pragma once

#include "mfa/inspect.h"

enum module_role {
	MODULE_OTHER,
	MODULE_PASSWORD,
	MODULE_MFA,
};

/* What a module is for, and whether its file is missing. */
enum module_role module_role(const struct mfa_inspector *inspector,
			     const struct mfa_stack_line *line);
bool module_is_missing(const struct mfa_inspector *inspector,
		       const struct mfa_stack_line *line);
/* Whether it is known whether the module checks a password. */
bool module_is_known(const struct mfa_inspector *inspector,
		     const struct mfa_stack_line *line);
/* Whether its path is not in one of libpam's folders. */
bool module_is_strange(const struct mfa_stack_line *line);
/* Whether a module of that name is another one: a link to it, or a copy. */
bool module_is_impostor(const struct mfa_inspector *inspector,
			const struct mfa_stack_line *line);

/* The answers of a module other than pam_mfa. */
struct mfa_line_facts module_facts(const struct mfa_inspector *inspector,
				   const struct mfa_stack_line *line,
				   enum mfa_facility facility, const char *service);

/* Fills in what the host's files say of its modules. MFA_ERR_NOMEM. */
int module_list(struct mfa_inspector *inspector);
