/* SPDX-License-Identifier: BSD-2-Clause */
/* A mistake in a line that makes it fail every login, or call nothing. */
#pragma once

#include "mfa/inspect.h"

/* Whether there is one; ret_kind: which (MFA_ADVISORY_NO_FILE and those that follow from
 * the line's text or its configuration). service: as for mfa_inspect. */
bool line_fault_find(const struct mfa_inspector *inspector,
		     const struct mfa_stack_line *line, struct mfa_inspection *inspection,
		     enum mfa_advisory_kind *ret_kind);
