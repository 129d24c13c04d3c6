/* SPDX-License-Identifier: BSD-2-Clause */
/* Starts one of our programs from an application's process. */
#pragma once

#include "mfa/base.h"

/* Starts the program at path with one argument, or none (NULL), and without environment;
 * ret_channel is the other end of its descriptor 0 (O_CLOEXEC). It is no child of this
 * process, so the application gets no SIGCHLD and has nothing to wait for. The file must
 * be root's, not writable by others, and executable. MFA_ERR_NOTFOUND, MFA_ERR_UNSAFE,
 * MFA_ERR_IO, MFA_ERR_BUSY, ... */
int mfa_spawn(const char *path, const char *argument, struct mfa_diag *diag,
	      int *ret_channel) MFA_MUST_CHECK;
