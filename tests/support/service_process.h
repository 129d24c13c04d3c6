/* SPDX-License-Identifier: BSD-2-Clause */
/* mfa-authd as a child of a test's own, also of tests without cmocka: what a program puts
 * in libc's place is in the service too. */
#pragma once

#include <sys/types.h>

#include "mfa/base.h"

/* Starts it with a configuration, which it reads when it is asked. Its socket is there
 * when this returns; /run must be a test's own. */
int service_start(const char *config, struct mfa_diag *diag, pid_t *ret_service)
	MFA_MUST_CHECK;

/* Ends it, with its logins. */
void service_stop(pid_t *service);
