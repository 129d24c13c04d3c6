/* SPDX-License-Identifier: BSD-2-Clause */
/* The addresses of this machine. */
#pragma once

#include "mfa/base.h"

/* Whether the text is a literal address, with or without a scope, that an interface of
 * this machine has now. Asks the kernel; false also where it cannot be asked. */
bool mfa_address_is_own(const char *text);
