/* SPDX-License-Identifier: BSD-2-Clause */
/* What a process has open. */
#pragma once

#include "mfa/base.h"

/* Closes descriptor first and all above it. Before Linux 5.9 it reads in /proc which
 * there are. MFA_ERR_IO: some may still be open. */
int mfa_close_from(int first) MFA_MUST_CHECK;
