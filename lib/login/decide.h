/* SPDX-License-Identifier: BSD-2-Clause */
/* What comes of an answer: read, evaluate, swap. The site is open, locks are held. */
#pragma once

#include "mfa/auth.h"

/* Whether the answer is the password that came before. */
bool is_password_again(const struct mfa_auth_request *request,
		       const struct mfa_secret *answer);

/* Checks a typed answer, and counts it; fills in result's reason, token and the like.
 * With wants_password the result's password is what was typed before the code. */
int decide_typed(const struct mfa_auth_request *request, struct mfa_secret *answer,
		 struct mfa_auth_result *result) MFA_MUST_CHECK;

/* The same of a device's answer. */
int decide_device(const struct mfa_auth_request *request,
		  const struct mfa_device_answer *answer, struct mfa_auth_result *result)
	MFA_MUST_CHECK;

/* The result's password, where a line of password and code ends so many bytes before its
 * end. */
int split_password(const struct mfa_secret *answer, size_t code_len,
		   struct mfa_auth_result *result) MFA_MUST_CHECK;
