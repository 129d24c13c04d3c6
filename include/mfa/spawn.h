/* Starts a program of ours from a process that is somebody else's. */
#pragma once

#include <sys/types.h>

#include "mfa/base.h"

/* Starts the program at path, without arguments or environment; ret_channel is the other
 * end of its descriptor 0, closed on exec. It is no child of this process: nothing is left
 * to be waited for, and the application gets no SIGCHLD. The file must be root's, not to be
 * written by others, executable, and set-uid if that is in mode (0755 or 04755).
 * MFA_ERR_NOTFOUND, MFA_ERR_UNSAFE, MFA_ERR_IO, MFA_ERR_BUSY, ... */
int mfa_spawn(const char *path, mode_t mode, struct mfa_diag *diag, int *ret_channel)
	MFA_MUST_CHECK;
