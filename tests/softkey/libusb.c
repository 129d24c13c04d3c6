/* SPDX-License-Identifier: BSD-2-Clause */
/* A stand-in for libusb-1.0.so.0: the sixteen functions that libykpers 1.20 uses, on the
 * keys of softkeyd. It reaches programs that clear their environment, as sshd and sudo
 * do, and is found by ld.so's cache in the throwaway root alone. */
#include <endian.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "port.h"
#include "wire.h"

#define PUBLIC __attribute__((visibility("default")))

// The part of libusb's binary interface that its callers see.
struct libusb_device_descriptor {
	uint8_t bLength, bDescriptorType;
	uint16_t bcdUSB;
	uint8_t bDeviceClass, bDeviceSubClass, bDeviceProtocol, bMaxPacketSize0;
	uint16_t idVendor, idProduct, bcdDevice;
	uint8_t iManufacturer, iProduct, iSerialNumber, bNumConfigurations;
};

enum {
	ERROR_IO = -1,
	ERROR_INVALID_PARAM = -2,
	ERROR_ACCESS = -3,
	ERROR_NO_DEVICE = -4,
	ERROR_NOT_FOUND = -5,
	ERROR_BUSY = -6,
	ERROR_TIMEOUT = -7,
	ERROR_OVERFLOW = -8,
	ERROR_PIPE = -9,
	ERROR_NO_MEM = -11,
	ERROR_OTHER = -99,
};

struct libusb_context {
	int unused;
};

struct libusb_device {
	unsigned references;
	uint32_t number;
	struct libusb_device_descriptor descriptor;
};

struct libusb_device_handle {
	struct libusb_device *device;
	int fd;
};

PUBLIC int libusb_init(struct libusb_context **ret_context);
PUBLIC void libusb_exit(struct libusb_context *context);
PUBLIC ssize_t libusb_get_device_list(struct libusb_context *context,
				      struct libusb_device ***ret_list);
PUBLIC void libusb_free_device_list(struct libusb_device **list, int unref);
PUBLIC int libusb_get_device_descriptor(struct libusb_device *device,
					struct libusb_device_descriptor *ret_descriptor);
PUBLIC int libusb_open(struct libusb_device *device,
		       struct libusb_device_handle **ret_handle);
PUBLIC void libusb_close(struct libusb_device_handle *handle);
PUBLIC struct libusb_device *libusb_get_device(struct libusb_device_handle *handle);
PUBLIC int libusb_get_configuration(struct libusb_device_handle *handle, int *ret_number);
PUBLIC int libusb_set_configuration(struct libusb_device_handle *handle, int number);
PUBLIC int libusb_claim_interface(struct libusb_device_handle *handle, int interface);
PUBLIC int libusb_release_interface(struct libusb_device_handle *handle, int interface);
PUBLIC int libusb_kernel_driver_active(struct libusb_device_handle *handle,
				       int interface);
PUBLIC int libusb_detach_kernel_driver(struct libusb_device_handle *handle,
				       int interface);
PUBLIC int libusb_attach_kernel_driver(struct libusb_device_handle *handle,
				       int interface);
PUBLIC int libusb_control_transfer(struct libusb_device_handle *handle, uint8_t type,
				   uint8_t request, uint16_t value, uint16_t index,
				   uint8_t *data, uint16_t len, unsigned timeout);

static int translate(int result)
{
	switch (result) {
	case -EACCES:
		return ERROR_ACCESS;
	case -ENODEV:
	case -ECONNREFUSED:
		return ERROR_NO_DEVICE;
	case -ENOENT:
	case -ENODATA:
		return ERROR_NOT_FOUND;
	case -EBUSY:
		return ERROR_BUSY;
	case -ETIMEDOUT:
		return ERROR_TIMEOUT;
	case -EPIPE:
		return ERROR_PIPE;
	case -EINVAL:
		return ERROR_INVALID_PARAM;
	case -EOVERFLOW:
		return ERROR_OVERFLOW;
	case -EIO:
	case -EPROTO:
		return ERROR_IO;
	default:
		return result < 0 ? ERROR_OTHER : result;
	}
}

static int ask(const struct libusb_device_handle *handle, enum wire_op op, int argument)
{
	struct wire_message message = { .code = (int32_t)op, .argument = argument };
	return translate(wire_ask(handle->fd, &message));
}

int libusb_init(struct libusb_context **ret_context)
{
	struct libusb_context *context = calloc(1, sizeof *context);
	if (!context)
		return ERROR_NO_MEM;
	if (getenv("LIBUSB_DEBUG")) // as the real one, no matter who has set it
		fputs("libusb: debug [libusb_init] a stand-in\n", stderr);
	if (ret_context)
		*ret_context = context;
	else
		free(context);
	return 0;
}

void libusb_exit(struct libusb_context *context)
{
	free(context);
}

static void unreference(struct libusb_device *device)
{
	if (--device->references == 0)
		free(device);
}

static struct libusb_device *make_device(const struct wire_device *found)
{
	struct libusb_device *device = calloc(1, sizeof *device);
	if (!device)
		return NULL;
	struct libusb_device_descriptor *descriptor = &device->descriptor;
	_Static_assert(sizeof *descriptor == sizeof found->descriptor, "as on the bus");
	memcpy(descriptor, found->descriptor, sizeof *descriptor);
	descriptor->bcdUSB = le16toh(descriptor->bcdUSB);
	descriptor->idVendor = le16toh(descriptor->idVendor);
	descriptor->idProduct = le16toh(descriptor->idProduct);
	descriptor->bcdDevice = le16toh(descriptor->bcdDevice);
	device->number = found->number;
	device->references = 1;
	return device;
}

ssize_t libusb_get_device_list(struct libusb_context *context,
			       struct libusb_device ***ret_list)
{
	struct wire_message message = { .code = WIRE_LIST };
	(void)context;
	int fd = wire_connect();
	// Without softkeyd there is no key, and no other device either.
	if (fd < 0 || wire_ask(fd, &message) < 0)
		message.len = 0;
	if (fd >= 0)
		close(fd);
	size_t count = message.len / sizeof(struct wire_device);
	struct libusb_device **list = calloc(count + 1, sizeof *list);
	for (size_t i = 0; list && i < count; i++) {
		struct wire_device found;
		memcpy(&found, message.data + i * sizeof found, sizeof found);
		list[i] = make_device(&found);
		if (!list[i]) {
			libusb_free_device_list(list, 1);
			list = NULL;
		}
	}
	if (!list)
		return ERROR_NO_MEM;
	*ret_list = list;
	return (ssize_t)count;
}

void libusb_free_device_list(struct libusb_device **list, int unref)
{
	for (size_t i = 0; unref && list && list[i]; i++)
		unreference(list[i]);
	free(list);
}

int libusb_get_device_descriptor(struct libusb_device *device,
				 struct libusb_device_descriptor *ret_descriptor)
{
	*ret_descriptor = device->descriptor;
	return 0;
}

int libusb_open(struct libusb_device *device, struct libusb_device_handle **ret_handle)
{
	struct libusb_device_handle *handle = calloc(1, sizeof *handle);
	if (!handle)
		return ERROR_NO_MEM;
	handle->fd = wire_connect();
	int err = handle->fd < 0 ? translate(handle->fd)
				 : ask(handle, WIRE_OPEN, (int)device->number);
	if (err) {
		if (handle->fd >= 0)
			close(handle->fd);
		free(handle);
		return err;
	}
	handle->device = device;
	device->references++;
	*ret_handle = handle;
	return 0;
}

void libusb_close(struct libusb_device_handle *handle)
{
	if (!handle)
		return;
	close(handle->fd);
	unreference(handle->device);
	free(handle);
}

struct libusb_device *libusb_get_device(struct libusb_device_handle *handle)
{
	return handle->device;
}

int libusb_get_configuration(struct libusb_device_handle *handle, int *ret_number)
{
	*ret_number = handle->device->descriptor.bNumConfigurations;
	return 0;
}

int libusb_set_configuration(struct libusb_device_handle *handle, int number)
{
	return ask(handle, WIRE_CONFIGURE, number);
}

int libusb_claim_interface(struct libusb_device_handle *handle, int interface)
{
	return ask(handle, WIRE_CLAIM, interface);
}

int libusb_release_interface(struct libusb_device_handle *handle, int interface)
{
	return ask(handle, WIRE_RELEASE, interface);
}

int libusb_kernel_driver_active(struct libusb_device_handle *handle, int interface)
{
	int driver = ask(handle, WIRE_DRIVER, interface);
	return driver < 0 ? driver : driver == PORT_KERNEL;
}

int libusb_detach_kernel_driver(struct libusb_device_handle *handle, int interface)
{
	// What another program has claimed is not a kernel driver's.
	int driver = ask(handle, WIRE_DRIVER, interface);
	if (driver == PORT_USER)
		return ERROR_NOT_FOUND;
	return driver < 0 ? driver : ask(handle, WIRE_DETACH, interface);
}

int libusb_attach_kernel_driver(struct libusb_device_handle *handle, int interface)
{
	return ask(handle, WIRE_ATTACH, interface);
}

int libusb_control_transfer(struct libusb_device_handle *handle, uint8_t type,
			    uint8_t request, uint16_t value, uint16_t index,
			    uint8_t *data, uint16_t len, unsigned timeout)
{
	const uint8_t setup[PORT_SETUP_SIZE] = {
		type,		request,
		(uint8_t)value, (uint8_t)(value >> 8),
		(uint8_t)index, (uint8_t)(index >> 8),
		(uint8_t)len,	(uint8_t)(len >> 8),
	};
	struct wire_message message = { .code = WIRE_CONTROL };
	bool in = type & 0x80;
	(void)timeout; // softkeyd answers at once
	if (len > WIRE_DATA_SIZE - sizeof setup)
		return ERROR_INVALID_PARAM;
	memcpy(message.data, setup, sizeof setup);
	if (!in)
		memcpy(message.data + sizeof setup, data, len);
	message.len = (uint32_t)(sizeof setup + (in ? 0 : len));
	int result = translate(wire_ask(handle->fd, &message));
	if (in && result > 0)
		memcpy(data, message.data, (size_t)result < len ? (size_t)result : len);
	return result;
}
