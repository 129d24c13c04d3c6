/* SPDX-License-Identifier: BSD-2-Clause */
/* Which services let in, or lock out, in the same way. */
#pragma once

#include "check/check.h"

/* The first service of the same way (a number in check->services): itself, if none before
 * is like it. */
size_t same_way_first(const struct check *check, size_t service);
/* How many there are of the way whose first service this is. */
size_t same_way_count(const struct check *check, size_t first);
