/* SPDX-License-Identifier: BSD-2-Clause */
/* One sentence that says what to change. */
#pragma once

#include "check/check.h"

/* For a service with a way around, locked out, or in error; several: it is said of
 * several services at once. The caller frees it. NULL: there is nothing to say, or no
 * memory. */
char *cure_text(const struct check *check, const struct check_service *service,
		bool several);

/* A stable name of it: "move". */
const char *cure_id(const struct check_service *service);

/* Whether it is known that other ways are left then. */
bool cure_leaves_ways(const struct check_service *service);
