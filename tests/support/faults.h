/* SPDX-License-Identifier: BSD-2-Clause */
/* Faults that the real thing does not produce on demand: calls of the C library that fail
 * under the product. A test that uses this is linked with --wrap: see meson.build. */
#pragma once

#include <stdbool.h>

/* Every allocation, whichever function makes it. */
#define ANY_MEMORY "memory"

/* From now on the nth call (from 1) of the named function, or of ANY_MEMORY, fails with
 * errnum. The call is not made; those before and behind it are. 0 for errnum: it gives 0,
 * which a read or write may. */
void fault_begin(const char *call, unsigned nth, int errnum);

/* Nothing fails any more; whether something did. */
bool fault_end(void);
