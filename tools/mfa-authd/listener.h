/* SPDX-License-Identifier: BSD-2-Clause */
/* The socket that modules connect to. */
#pragma once

#include "mfa/base.h"

/* The one that systemd has passed (sd_listen_fds(3)), or, if it passed none, one of our
 * own at path: it replaces what is there at once, so that a restart leaves no gap but its
 * own time. path NULL: MFA_ERR_NOTFOUND then. MFA_ERR_EXISTS: somebody listens there.
 * Reads the environment. */
int listener_open(const char *path, struct mfa_diag *diag, int *ret_fd) MFA_MUST_CHECK;
