/* SPDX-License-Identifier: BSD-2-Clause */
/* This host as the plan would leave it, for programs that read their files themselves. */
#pragma once

#include <stdio.h>

#include "switch/plan.h"

/* Writes sentences, each with a NUL behind it. */
typedef void (*future_judge)(FILE *to, void *context);

/* Calls judge in a child process, for which, and for what it starts, sshd's folder of
 * drop-ins is as planned. Adds its sentences. MFA_ERR_UNSUPPORTED: the kernel does not
 * let root do that (a container), and nothing was judged; MFA_ERR_IO, ... */
int future_ask(const struct plan *plan, future_judge judge, void *context,
	       struct mfa_diag *diag, struct mfa_strings *ret_sentences) MFA_MUST_CHECK;
