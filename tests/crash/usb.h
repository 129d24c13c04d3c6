/* SPDX-License-Identifier: BSD-2-Clause */
/* mfa-usb, which the service starts by itself, caught at its beginning: a script in its
 * place, in a throwaway root, stops before it becomes the program. */
#pragma once

#include "trace.h"

/* Until usb_let_go each mfa-usb stops. */
void usb_catch(void);
void usb_let_go(void);

/* Waits for one that has stopped, which must be a descendant of this process whose
 * ancestors have ended, and traces it from its main's first system call on. */
void usb_trace(struct trace *trace);
