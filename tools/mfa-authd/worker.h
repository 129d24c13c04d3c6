/* SPDX-License-Identifier: BSD-2-Clause */
/* A process that takes steps of logins, one after the other. */
#pragma once

#include <sys/types.h>

#include "mfa/base.h"

struct worker {
	pid_t pid; /* 0: none */
	int socket;
};

/* Forks one. It ends when the parent does. MFA_ERR_NOMEM, MFA_ERR_IO. */
int worker_start(const char *config, struct worker *ret_worker) MFA_MUST_CHECK;
