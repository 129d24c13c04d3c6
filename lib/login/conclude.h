/* SPDX-License-Identifier: BSD-2-Clause */
/* The end of a login: decided, committed, recorded. */
#pragma once

#include "mfa/auth.h"

/* What asking has led to: one of these. */
struct conclusion {
	int err;		  /* there is nothing to check: the machinery's */
	enum mfa_reason problem;  /* the same, of a device or an answer that is no code */
	struct mfa_secret *typed; /* wiped as the dialog has it; NULL: none */
	const struct mfa_device_answer *device_answer;
};

/* Wipes and frees an answer, the way its dialog has it. */
void forget_answer(const struct mfa_auth_request *request, struct mfa_secret *answer);

/* With locks, and no person is waited for: fills in the result, and writes it to the
 * audit trail. The time of the login is the present one from here on. */
void login_conclude(const struct mfa_auth_request *request,
		    const struct mfa_auth_state *state,
		    const struct conclusion *conclusion, struct mfa_auth_result *result);
