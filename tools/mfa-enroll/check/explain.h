/* SPDX-License-Identifier: BSD-2-Clause */
/* mfa-enroll check --explain: which zone decides, and why. */
#pragma once

#include "cli/app.h"

/* words: the user, the service and, with a count of 3, the remote host. */
enum exit_code explain_print(struct app *app, char *const *words, int count)
	MFA_MUST_CHECK;
