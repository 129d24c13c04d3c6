/* SPDX-License-Identifier: BSD-2-Clause */
/* LeakSanitizer, in a build that has it. */
#pragma once

#include <stdbool.h>

bool leaks_can_be_seen(void);

/* Whether this process has lost memory. Not under ptrace: it looks by ptrace itself. */
bool leaks_are_there(void);
