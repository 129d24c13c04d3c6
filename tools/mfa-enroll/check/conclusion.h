/* SPDX-License-Identifier: BSD-2-Clause */
/* The last line of the report: what was proved, and of what nothing is known. */
#pragma once

#include "check/check.h"

/* The caller frees it; NULL: out of memory. */
char *conclusion_text(const struct check *check);
