/* SPDX-License-Identifier: BSD-2-Clause */
/* Keys that libykpers does not see. */
#pragma once

#include <stdint.h>

/* The USB product number of a Yubico device in a port, which has no OTP application if
 * libykpers has found none; 0: there is none. */
uint16_t other_devices_find(void);
