/* Resource limits (setrlimit(2)) that a process was started with: those of whoever called
 * su or sudo, who may have chosen them so that work ends in the middle. */
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

/* Raises what can cut work off (file sizes, memory, processor time, descriptors, ...) as far
 * as the process may: root with CAP_SYS_RESOURCE may always. What cannot be raised is met by
 * an error where it matters: mfa_fs_write writes nothing rather than a part. */
void mfa_limits_raise(struct mfa_limits *ret_limits);

/* Puts back what mfa_limits_raise changed. */
void mfa_limits_restore(struct mfa_limits *limits);
