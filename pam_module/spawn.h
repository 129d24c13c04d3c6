/* Starts mfa-verify (mfa-verify(8)) from a process that is somebody else's. */
#pragma once

#include "mfa/base.h"

/* Starts the program at path, root's, set-uid and not to be written by others; ret_channel
 * is the other end of its descriptor 0, closed on exec. The program is no child of this
 * process: nothing is left to be waited for, and the application gets no SIGCHLD.
 * MFA_ERR_NOTFOUND, MFA_ERR_UNSAFE, MFA_ERR_IO, MFA_ERR_BUSY, ... */
int spawn_helper(const char *path, struct mfa_diag *diag, int *ret_channel)
	MFA_MUST_CHECK;
