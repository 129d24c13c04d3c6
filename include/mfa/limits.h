/* SPDX-License-Identifier: BSD-2-Clause */
/* Resource limits (setrlimit(2)). su and sudo run with their caller's, who may have
 * chosen them so that work is cut off in the middle. */
#pragma once

#include <sys/resource.h>

#include "mfa/base.h"

enum {
	MFA_LIMITS = 8
};

/* The limits as they were, where they were changed. */
struct mfa_limits {
	struct rlimit before[MFA_LIMITS];
	bool is_changed[MFA_LIMITS];
};

/* Raises the limits that can cut work off (file sizes, memory, processor time,
 * descriptors, ...) as far as the process is allowed to: with CAP_SYS_RESOURCE all of
 * them. Where a limit still matters there is an error: mfa_fs_write writes nothing rather
 * than a part. */
void mfa_limits_raise(struct mfa_limits *ret_limits);

/* Puts back what mfa_limits_raise changed. */
void mfa_limits_restore(struct mfa_limits *limits);
