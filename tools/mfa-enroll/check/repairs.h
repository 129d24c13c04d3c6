/* SPDX-License-Identifier: BSD-2-Clause */
/* What puts the line right that locks everybody out of a service. */
#pragma once

#include "check/check.h"

/* One sentence for an inspection whose grade is MFA_GRADE_LOCKED_OUT. What it says was
 * tried out or opens nothing by itself. The caller frees it. NULL: no memory. */
char *repair_text(const struct check *check, const struct mfa_inspection *inspection);
