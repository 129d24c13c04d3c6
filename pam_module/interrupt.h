/* SPDX-License-Identifier: BSD-2-Clause */
/* Ctrl-C in a program that does not want to hear of it meanwhile. */
#pragma once

#include <stdbool.h>

/* Whether SIGINT or SIGQUIT has come, and waits because the application has blocked it,
 * as sudo does while it calls its modules. It stays pending. */
bool interrupt_is_pending(void);
