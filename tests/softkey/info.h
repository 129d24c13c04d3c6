/* SPDX-License-Identifier: BSD-2-Clause */
/* Device information (command 0x13, from firmware 4.1): its own length, then a tag, a
 * length and a value for each fact. */
#pragma once

#include "softkey.h"

enum {
	INFO_SIZE = 62, /* at most */
};

/* Gives its length. serial 0: it is left out. */
size_t info_make(const struct softkey_firmware *firmware, uint32_t serial,
		 uint8_t touch_s, uint8_t ret_bytes[static INFO_SIZE]);
