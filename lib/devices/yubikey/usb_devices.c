/* SPDX-License-Identifier: BSD-2-Clause */
#include "usb_devices.h"

#include <libusb.h>
#include <stdbool.h>
#include <stddef.h>

#include <ykdef.h>

#include "ports.h"

enum {
	KEYBOARD = 0, /* the interface at which the OTP application answers */
	TRIES_MAX = 15,
	PAUSE_MS = 20,
};

static bool has_otp(uint16_t product)
{
	static const uint16_t products[] = {
		YUBIKEY_PID,	  NEO_OTP_PID,		NEO_OTP_CCID_PID,
		NEO_OTP_U2F_PID,  NEO_OTP_U2F_CCID_PID, YK4_OTP_PID,
		YK4_OTP_U2F_PID,  YK4_OTP_CCID_PID,	YK4_OTP_U2F_CCID_PID,
		PLUS_U2F_OTP_PID,
	};
	for (size_t i = 0; i < MFA_COUNT(products); i++)
		if (products[i] == product)
			return true;
	return false;
}

/* Linux refuses it while a program has claimed the interface: another one, or a killed
 * one whose descriptors are still being closed, its lock before this. */
static void give_back(libusb_device *device)
{
	libusb_device_handle *handle = NULL;
	if (libusb_open(device, &handle) != 0)
		return;
	for (int i = 0; i < TRIES_MAX; i++) {
		if (libusb_kernel_driver_active(handle, KEYBOARD) != 0 ||
		    libusb_attach_kernel_driver(handle, KEYBOARD) != LIBUSB_ERROR_BUSY)
			break;
		pause_ms(PAUSE_MS);
	}
	libusb_close(handle);
}

/* visit: called with each of Yubico's devices. */
static void visit_devices(void (*visit)(void *context, libusb_device *device,
					uint16_t product),
			  void *context)
{
	libusb_context *usb = NULL;
	libusb_device **list = NULL;
	if (libusb_init(&usb) != 0)
		return;
	ssize_t count = libusb_get_device_list(usb, &list);
	for (ssize_t i = 0; i < count; i++) {
		struct libusb_device_descriptor found;
		if (libusb_get_device_descriptor(list[i], &found) == 0 &&
		    found.idVendor == YUBICO_VID)
			visit(context, list[i], found.idProduct);
	}
	if (count >= 0)
		libusb_free_device_list(list, 1);
	libusb_exit(usb);
}

static void note_product(void *context, libusb_device *device MFA_UNUSED,
			 uint16_t product)
{
	uint16_t *ret_product = context;
	if (!has_otp(product))
		*ret_product = product;
}

uint16_t usb_devices_find_unfit(void)
{
	uint16_t product = 0;
	visit_devices(note_product, &product);
	return product;
}

static void give_keyboard_back(void *context MFA_UNUSED, libusb_device *device,
			       uint16_t product)
{
	if (has_otp(product))
		give_back(device);
}

void usb_devices_give_back(void)
{
	visit_devices(give_keyboard_back, NULL);
}
