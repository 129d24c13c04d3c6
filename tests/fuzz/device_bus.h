/* SPDX-License-Identifier: BSD-2-Clause */
/* In place of libusb and of the clock: a bus whose devices say what the fuzzer wants, as
 * one does that somebody has built. */
#pragma once

#include "fuzz.h"

/* So many devices; what they answer comes from the input, and when that is used up they
 * are idle keys. */
void device_bus_begin(unsigned count, struct input *input);

/* That each device that was opened has been closed again, and is no longer claimed. */
void device_bus_end(void);
