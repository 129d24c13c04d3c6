/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared objects before they are loaded. */
#pragma once

#include "mfa/base.h"

/* Fails if the file ends before what the loader would map of it: a disk was full when it
 * was written. The process would get SIGBUS. Other files than this machine's ELF pass:
 * the loader refuses them. path is what messages call it. MFA_ERR_UNSUPPORTED. */
int mfa_elf_check_whole(int fd, const char *path, struct mfa_diag *diag) MFA_MUST_CHECK;
