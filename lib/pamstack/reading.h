/* SPDX-License-Identifier: BSD-2-Clause */
/* The same service as two releases of libpam read it. */
#pragma once

#include "mfa/stack.h"

/* Where they differ, nobody knows what the service does after an upgrade, or on the next
 * host: it becomes one of undefined behaviour, and its refusal names the first line. */
void reading_compare(struct mfa_service *service, const struct mfa_service *other);
