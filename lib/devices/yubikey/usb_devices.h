/* SPDX-License-Identifier: BSD-2-Clause */
/* What libykpers has no function for: Yubico's devices on the bus, by libusb. */
#pragma once

#include <stdint.h>

/* The USB product number of a key without the OTP application, which libykpers does not
 * see; 0: there is none. */
uint16_t usb_devices_find_unfit(void);

/* Gives each YubiKey that has no driver back to the kernel's keyboard driver. */
void usb_devices_give_back(void);
