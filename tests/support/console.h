/* SPDX-License-Identifier: BSD-2-Clause */
/* This process at a virtual terminal of this machine, as the kernel would say of it. */
#pragma once

#include "sandbox.h"

/* Puts it there, in a mount namespace without logind; box is for what /proc is to say.
 * Its children are not there. */
void console_enter(struct sandbox *box);
void console_leave(void);
