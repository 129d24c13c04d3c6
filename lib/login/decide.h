/* SPDX-License-Identifier: BSD-2-Clause */
/* Checking an answer: read, evaluate, swap. The site is open, locks are held. */
#pragma once

#include "mfa/auth.h"

/* Whether the answer is the password that was typed before. */
bool is_password_again(const struct mfa_auth_request *request,
		       const struct mfa_secret *answer);

/* Whether a code can be at the end of the line. */
bool may_end_in_code(const struct mfa_secret *line);

/* Checks a typed answer, and counts it, unless it is known to be no guess; fills in
 * result's reason, token and the like. With wants_password the result's password is what
 * was typed before the code. */
int decide_typed(const struct mfa_auth_request *request, struct mfa_secret *answer,
		 bool is_no_guess, struct mfa_auth_result *result) MFA_MUST_CHECK;

/* The same for a device's answer. */
int decide_device(const struct mfa_auth_request *request,
		  const struct mfa_device_answer *answer, struct mfa_auth_result *result)
	MFA_MUST_CHECK;

/* Sets the result's password: the line without the last code_len bytes. */
int split_password(const struct mfa_secret *answer, size_t code_len,
		   struct mfa_auth_result *result) MFA_MUST_CHECK;
