/* SPDX-License-Identifier: BSD-2-Clause */
/* sshd, by the same code as check. */
#pragma once

#include "check/check.h"
#include "switch/plan.h"

/* Adds to the plan's problems what sshd would do wrong. check: its services are judged as
 * planned. The first error of the machinery. */
int judge_sshd(struct plan *plan, struct check *check, struct mfa_diag *diag)
	MFA_MUST_CHECK;
