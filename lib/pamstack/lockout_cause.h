/* SPDX-License-Identifier: BSD-2-Clause */
/* Why a stack admits nobody. */
#pragma once

#include "mfa/inspect.h"

struct lockout {
	bool is_closed; /* nobody is admitted, except perhaps a caller who is root */
	/* The line without whose mistake somebody would be; NULL: the lines are to deny.
	 */
	const struct mfa_stack_line *culprit;
	enum mfa_advisory_kind fault;
};

/* MFA_ERR_FULL, MFA_ERR_NOMEM. */
int lockout_find(const struct mfa_inspector *inspector, enum mfa_facility facility,
		 const char *service, struct mfa_inspection *inspection,
		 struct lockout *ret_lockout);
