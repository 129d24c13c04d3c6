/* SPDX-License-Identifier: BSD-2-Clause */
/* What check would say of the service files as they are planned: the same proof, on a
 * copy of all of them. */
#pragma once

#include "switch/plan.h"

/* Of enable: what the plan would change and what still had a way around, or locked people
 * out, is a problem; the services that would ask for a code are put into the edits.
 * ret_open: services that the plan does not change and that let in without a code; the
 * caller ends it. Errors of the machinery. */
int judge_enable(struct plan *plan, struct mfa_diag *diag, struct mfa_strings *ret_open)
	MFA_MUST_CHECK;

/* Of what is on trial, as the files are now: a service that was to ask for a code, and
 * lets in without one or lets nobody in, is a problem. */
int judge_trial(struct plan *plan, const struct mfa_edits *edits, struct mfa_diag *diag)
	MFA_MUST_CHECK;

/* Of disable: a service that would let nobody in, or without a password, is a problem.
 * put_back: files that become what they were. */
int judge_disable(struct plan *plan, const struct mfa_edits *put_back,
		  struct mfa_diag *diag) MFA_MUST_CHECK;
