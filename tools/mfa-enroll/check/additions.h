/* SPDX-License-Identifier: BSD-2-Clause */
/* Where a line is to be put, in words. */
#pragma once

#include "check/check.h"

/* "/etc/pam.d/sshd:18, which includes common-account": the line of the file by which the
 * service reads the other. The caller frees it. NULL: none is found. */
char *addition_place(const struct check *check, const char *file, const char *included);

/* Prints the cure that adds a line, and the sample that has it; several: it is said of
 * several services at once. As asprintf. */
int addition_print(const struct check *check, const struct check_service *service,
		   bool several, char **ret_text);
