/* SPDX-License-Identifier: BSD-2-Clause */
#include "info.h"

#include <string.h>

enum tag {
	TAG_USB_SUPPORTED = 0x01,
	TAG_SERIAL = 0x02,
	TAG_USB_ENABLED = 0x03,
	TAG_FORM_FACTOR = 0x04,
	TAG_VERSION = 0x05,
	TAG_CHALLENGE_TIMEOUT = 0x07,
	TAG_DEVICE_FLAGS = 0x08,
	TAG_CONFIG_LOCKED = 0x0a,
};

static void put(uint8_t *bytes, enum tag tag, const uint8_t *value, uint8_t len)
{
	uint8_t *end = bytes + 1 + bytes[0];
	end[0] = (uint8_t)tag;
	end[1] = len;
	memcpy(end + 2, value, len);
	bytes[0] = (uint8_t)(bytes[0] + 2 + len);
}

size_t info_make(const struct softkey_firmware *firmware, uint32_t serial,
		 uint8_t touch_s, uint8_t ret_bytes[static INFO_SIZE])
{
	const uint8_t applications[] = { 0x02, 0x3f };
	const uint8_t number[] = { (uint8_t)(serial >> 24), (uint8_t)(serial >> 16),
				   (uint8_t)(serial >> 8), (uint8_t)serial };
	const uint8_t version[] = { firmware->major, firmware->minor, firmware->build };
	const uint8_t form = 1, none = 0;
	ret_bytes[0] = 0;
	put(ret_bytes, TAG_USB_SUPPORTED, applications, sizeof applications);
	if (serial != 0)
		put(ret_bytes, TAG_SERIAL, number, sizeof number);
	put(ret_bytes, TAG_USB_ENABLED, applications, sizeof applications);
	put(ret_bytes, TAG_FORM_FACTOR, &form, 1);
	put(ret_bytes, TAG_VERSION, version, sizeof version);
	put(ret_bytes, TAG_CHALLENGE_TIMEOUT, &touch_s, 1);
	put(ret_bytes, TAG_DEVICE_FLAGS, &none, 1);
	put(ret_bytes, TAG_CONFIG_LOCKED, &none, 1);
	return 1U + ret_bytes[0];
}
