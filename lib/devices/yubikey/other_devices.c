/* SPDX-License-Identifier: BSD-2-Clause */
#include "other_devices.h"

#include <libusb.h>

enum {
	VENDOR_YUBICO = 0x1050
};

/* Any number: those that libykpers talks to have been looked for already. */
static uint16_t find_yubico(libusb_device **list, ssize_t count)
{
	for (ssize_t i = 0; i < count; i++) {
		struct libusb_device_descriptor found;
		if (libusb_get_device_descriptor(list[i], &found) == 0 &&
		    found.idVendor == VENDOR_YUBICO)
			return found.idProduct;
	}
	return 0;
}

uint16_t other_devices_find(void)
{
	libusb_context *usb = NULL;
	libusb_device **list = NULL;
	uint16_t product = 0;
	if (libusb_init(&usb) != 0)
		return 0;
	ssize_t count = libusb_get_device_list(usb, &list);
	if (count >= 0) {
		product = find_yubico(list, count);
		libusb_free_device_list(list, 1);
	}
	libusb_exit(usb);
	return product;
}
