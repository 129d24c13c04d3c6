/* SPDX-License-Identifier: BSD-2-Clause */
/* Whose logins show that a trial lets people in: those of plan->edits.services. */
#pragma once

#include "check/check.h"
#include "switch/plan.h"

/* Where none of the services that the plan changes begins a session (sudo, su, screen
 * lockers), adds all that are proved and do. Objects to the plan if there is none. check
 * has the services as they would be. MFA_ERR_NOMEM. */
int witnesses_add(struct plan *plan, const struct check *check);
