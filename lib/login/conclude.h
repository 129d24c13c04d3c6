/* SPDX-License-Identifier: BSD-2-Clause */
/* The end of a login: decided, committed, recorded. */
#pragma once

#include "mfa/auth.h"

/* The outcome of the questions: one of these. */
struct conclusion {
	int err;		 /* an error, so nothing to check */
	enum mfa_reason problem; /* a device's problem, or an answer that is no code */
	/* of an answer that is no guess: it is not told, takes the work of a guess, and
	 * is not counted */
	enum mfa_reason untold;
	struct mfa_secret *typed; /* ended with mfa_auth_forget; NULL: none */
	const struct mfa_device_answer *device_answer;
};

/* Fills in the result and writes it to the audit trail, under locks and without waiting
 * for a person. Uses the present time. */
void login_conclude(const struct mfa_auth_request *request,
		    const struct mfa_auth_state *state,
		    const struct conclusion *conclusion, struct mfa_auth_result *result);

/* After a refusal that has its line in the trail the login goes on: forgets what the line
 * has said. */
void login_reopen(struct mfa_auth_state *state, struct mfa_auth_result *result);
