/* SPDX-License-Identifier: BSD-2-Clause */
/* What the kernel says of a process, in /proc. */
#pragma once

#include <sys/types.h>

#include "mfa/base.h"

enum {
	MFA_PROCESS_TEXT_SIZE = 4096,
	MFA_PROCESS_NAME_SIZE = 40,
};

struct mfa_process {
	pid_t pid;
	pid_t parent;
	/* When it began, in ticks since the machine started: number and start together
	 * are one process of a boot, whatever number is used again. */
	int64_t start_ticks;
};

/* MFA_ERR_NOTFOUND: there is none of that number. */
int mfa_process_read(pid_t pid, struct mfa_process *ret_process) MFA_MUST_CHECK;

/* Writes "PID@START". */
void mfa_process_name(const struct mfa_process *process,
		      char ret_name[static MFA_PROCESS_NAME_SIZE]);

/* Whether nobody has logged in above it: the kernel has no login identity for it
 * (loginuid). So it is with a program that is about to begin a session, and never with su
 * or sudo in one. In doubt not. */
bool mfa_process_is_before_login(pid_t pid);

/* Reads /proc/PID/NAME, with a NUL behind it; false: it cannot be read. */
bool mfa_process_read_file(pid_t pid, const char *name,
			   char ret_text[static MFA_PROCESS_TEXT_SIZE]);
