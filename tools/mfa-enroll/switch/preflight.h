/* SPDX-License-Identifier: BSD-2-Clause */
/* What has to be in order before logins ask for codes. */
#pragma once

#include "switch/plan.h"

/* Adds what is not to the plan's problems, and prints what is worth knowing. is_copied:
 * a copy of the store key is wanted. EXIT_DONE, or the exit code to end with. */
enum exit_code preflight_check(struct plan *plan, bool wants_copy) MFA_MUST_CHECK;
