/* SPDX-License-Identifier: BSD-2-Clause */
#include "device_bus.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include <libusb.h>

#include "mfa/base.h"

enum {
	DEVICES_MAX = 20,
	REPORT_SIZE = 8,
	DATA_SIZE = REPORT_SIZE - 1,
	ANSWER_MAX = 300,
	CRC_LEN = 2,
	SET_REPORT = 9,
	VENDOR = 0x1050,
	PRODUCT = 0x0407,
	IS_ANSWER = 0x40,
	WAITS_FOR_TOUCH = 0x20,
	SECOND_MS = 1000,
	MS_US = 1000,
	MS_NS = 1000000,
};

/* What one byte of the input, by its upper half, has a device do. */
enum act {
	GO_ON = 0x0, /* with its answer, or idle */
	ANSWER = 0x4,
	WAIT = 0x8,
	ANYTHING = 0xa,
	STATUS = 0xc,
	FAIL = 0xe,
};

struct libusb_device {
	bool is_open;
	bool is_claimed;
};

static struct bus {
	struct libusb_device devices[DEVICES_MAX];
	libusb_device *list[DEVICES_MAX + 1];
	size_t count;
	struct input *input;
	unsigned char answer[ANSWER_MAX];
	size_t len;
	size_t at;
	int64_t now_ms;
} bus;

void device_bus_begin(unsigned count, struct input *input)
{
	bus = (struct bus){
		.count = count % (DEVICES_MAX + 1),
		.input = input,
		.now_ms = SECOND_MS,
	};
}

void device_bus_end(void)
{
	for (size_t i = 0; i < DEVICES_MAX; i++)
		must(!bus.devices[i].is_open && !bus.devices[i].is_claimed);
}

/* --wrap names it. Pauses take no time. */
int64_t __wrap_mfa_monotonic_ms(void); /* NOLINT(bugprone-reserved-identifier) */
int64_t __wrap_mfa_monotonic_ms(void)  /* NOLINT(bugprone-reserved-identifier) */
{
	return bus.now_ms++;
}

/* The rest is for libykpers, a library of its own. */
#pragma GCC visibility push(default)

int nanosleep(const struct timespec *span, struct timespec *ret_left MFA_UNUSED)
{
	bus.now_ms += span->tv_sec * SECOND_MS + span->tv_nsec / MS_NS;
	return 0;
}

int usleep(useconds_t microseconds)
{
	bus.now_ms += microseconds / MS_US;
	return 0;
}

static void put_crc(void)
{
	unsigned crc = 0xffff;
	for (size_t i = 0; i < bus.len; i++) {
		crc ^= bus.answer[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ ((crc & 1) != 0 ? 0x8408 : 0);
	}
	bus.answer[bus.len++] = (unsigned char)~crc;
	bus.answer[bus.len++] = (unsigned char)(~crc >> 8);
}

static void take_bytes(unsigned char *ret_bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		ret_bytes[i] = (unsigned char)input_byte(bus.input);
}

/* A serial number, a response, device information; with a sound CRC, else few would be
 * looked at. */
static void begin_answer(unsigned choice)
{
	static const size_t lengths[] = { 4, 20, 0 };
	size_t len = lengths[choice % MFA_COUNT(lengths)];
	bus.len = len > 0 ? len : input_byte(bus.input) + 1;
	bus.at = 0;
	take_bytes(bus.answer, bus.len);
	put_crc();
}

static void go_on(unsigned char *ret_report)
{
	static const unsigned char idle[REPORT_SIZE] = { 0, 5, 4, 3, 1, 3, 0, 0 };
	if (bus.len == 0) {
		memcpy(ret_report, idle, sizeof idle);
		return;
	}
	size_t left = bus.len - bus.at;
	memset(ret_report, 0, REPORT_SIZE);
	memcpy(ret_report, bus.answer + bus.at, left < DATA_SIZE ? left : DATA_SIZE);
	ret_report[DATA_SIZE] =
		(unsigned char)(IS_ANSWER | (left > 0 ? bus.at / DATA_SIZE & 0x1f : 0));
	bus.at += left < DATA_SIZE ? left : DATA_SIZE;
	if (left == 0)
		bus.len = 0;
}

static int get_report(unsigned char *ret_report)
{
	unsigned byte = input_byte(bus.input);
	switch ((enum act)(byte >> 4 & 0xe)) {
	case ANSWER:
		begin_answer(byte);
		break;
	case WAIT:
		memset(ret_report, 0, REPORT_SIZE);
		ret_report[DATA_SIZE] = (unsigned char)(WAITS_FOR_TOUCH | (byte & 0x1f));
		return REPORT_SIZE;
	case ANYTHING:
		take_bytes(ret_report, REPORT_SIZE);
		return REPORT_SIZE;
	case STATUS:
		take_bytes(ret_report, DATA_SIZE);
		ret_report[DATA_SIZE] = 0;
		return REPORT_SIZE;
	case FAIL:
		return -(int)(byte & 0xf);
	case GO_ON:
		break;
	}
	go_on(ret_report);
	return REPORT_SIZE;
}

int libusb_control_transfer(libusb_device_handle *handle MFA_UNUSED,
			    uint8_t type MFA_UNUSED, uint8_t request,
			    uint16_t value MFA_UNUSED, uint16_t interface MFA_UNUSED,
			    unsigned char *data, uint16_t size,
			    unsigned timeout_ms MFA_UNUSED)
{
	must(size == REPORT_SIZE);
	if (request != SET_REPORT)
		return get_report(data);
	return input_byte(bus.input) == UINT8_MAX ? LIBUSB_ERROR_IO : size;
}

int libusb_init(libusb_context **ret_context)
{
	if (ret_context != NULL)
		*ret_context = NULL;
	return 0;
}

void libusb_exit(libusb_context *context MFA_UNUSED)
{
}

ssize_t libusb_get_device_list(libusb_context *context MFA_UNUSED,
			       libusb_device ***ret_list)
{
	for (size_t i = 0; i < bus.count; i++)
		bus.list[i] = &bus.devices[i];
	*ret_list = bus.list;
	return (ssize_t)bus.count;
}

void libusb_free_device_list(libusb_device **list MFA_UNUSED, int unref MFA_UNUSED)
{
}

int libusb_get_device_descriptor(libusb_device *device MFA_UNUSED,
				 struct libusb_device_descriptor *ret_descriptor)
{
	*ret_descriptor = (struct libusb_device_descriptor){ .idVendor = VENDOR,
							     .idProduct = PRODUCT };
	return 0;
}

int libusb_open(libusb_device *device, libusb_device_handle **ret_handle)
{
	device->is_open = true;
	*ret_handle = (libusb_device_handle *)device;
	return 0;
}

void libusb_close(libusb_device_handle *handle)
{
	((libusb_device *)handle)->is_open = false;
}

int libusb_get_configuration(libusb_device_handle *handle MFA_UNUSED, int *ret_number)
{
	*ret_number = 1;
	return 0;
}

int libusb_set_configuration(libusb_device_handle *handle MFA_UNUSED,
			     int number MFA_UNUSED)
{
	return 0;
}

int libusb_claim_interface(libusb_device_handle *handle, int interface MFA_UNUSED)
{
	((libusb_device *)handle)->is_claimed = true;
	return 0;
}

int libusb_release_interface(libusb_device_handle *handle, int interface MFA_UNUSED)
{
	((libusb_device *)handle)->is_claimed = false;
	return 0;
}

int libusb_kernel_driver_active(libusb_device_handle *handle MFA_UNUSED,
				int interface MFA_UNUSED)
{
	return 1;
}

int libusb_detach_kernel_driver(libusb_device_handle *handle MFA_UNUSED,
				int interface MFA_UNUSED)
{
	return 0;
}

int libusb_attach_kernel_driver(libusb_device_handle *handle MFA_UNUSED,
				int interface MFA_UNUSED)
{
	return 0;
}

const char *libusb_strerror(int code MFA_UNUSED)
{
	return "Input/Output Error";
}

#pragma GCC visibility pop
