/* SPDX-License-Identifier: BSD-2-Clause */
/* Included in front of every file that clang-tidy looks at, since its analyzer sees one
 * file at a time: that these functions return an error is written in base.c. */
#pragma once

#include "mfa/base.h"

#define mfa_fail(diag, err, ...) ((void)(mfa_fail)(diag, err, __VA_ARGS__), (err))
#define mfa_fail_errno(diag, errnum, ...) \
	((void)(mfa_fail_errno)(diag, errnum, __VA_ARGS__), (int)MFA_ERR_IO)
#define mfa_err_from_errno(errnum) ((void)(mfa_err_from_errno)(errnum), (int)MFA_ERR_IO)
