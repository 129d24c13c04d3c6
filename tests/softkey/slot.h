/* SPDX-License-Identifier: BSD-2-Clause */
/* One of a key's two slots: the configuration block that it was programmed with, and the
 * counters that move. */
#pragma once

#include "frame.h"
#include "softkey.h"

/* Where things are in the block. */
enum {
	CONFIG_FIXED = 0,
	CONFIG_UID = 16,
	CONFIG_KEY = 22,
	CONFIG_ACCESS = 38,
	CONFIG_FIXED_SIZE = 44,
	CONFIG_EXT = 45,
	CONFIG_TKT = 46,
	CONFIG_CFG = 47,
	CONFIG_CRC = 50,
	CONFIG_SIZE = 52,
};

enum {
	EXT_SERIAL_API = 0x04,
	EXT_ALLOW_UPDATE = 0x20,
	TKT_APPEND_CR = 0x20,
	TKT_OATH_OR_CHALLENGE = 0x40,
	TKT_PROTECT_SECOND = 0x80,
	CFG_HOTP_EIGHT = 0x02,
	CFG_SHORT_TICKET = 0x02,
	CFG_HMAC_LT64 = 0x04,
	CFG_CHALLENGE_TOUCH = 0x08,
	CFG_STATIC = 0x20,
	CFG_CHALLENGE_YUBICO = 0x20,
	CFG_CHALLENGE_HMAC = 0x22,
};

struct slot {
	bool valid;
	uint8_t config[CONFIG_SIZE];
	uint16_t use;	 /* OTP: counts the power-ups in which the slot was used */
	uint8_t session; /* OTP: counts the codes since */
	bool used;	 /* since the key has power */
	uint64_t moving; /* HOTP: the next counter */
};

enum softkey_kind slot_kind(const struct slot *slot);
/* The button has to be touched: for a typed code always, for an answer if so programmed.
 */
bool slot_wants_touch(const struct slot *slot);
bool slot_is_protected(const struct slot *slot);
/* PROTECT_CFG2, in either slot. */
bool slot_protects_second(const struct slot *slot);
/* A slot that is not protected opens to any code. */
bool slot_opens_with(const struct slot *slot,
		     const uint8_t access[static SOFTKEY_ACCESS_SIZE]);

/* Programs the slot, which starts its counters anew; a wrong CRC changes nothing. */
bool slot_program(struct slot *slot, const uint8_t config[static CONFIG_SIZE]);
/* Changes the flags that an update may change. */
bool slot_update(struct slot *slot, const uint8_t config[static CONFIG_SIZE]);
void slot_setup(struct slot *slot, const struct softkey_setup *setup, bool serial_hidden);
/* The key got power. */
void slot_power_up(struct slot *slot);

/* The HMAC-SHA1 of what the slot takes for the challenge in a frame's payload. */
void slot_answer(const struct slot *slot, const uint8_t payload[static PAYLOAD_SIZE],
		 uint8_t ret_digest[static SOFTKEY_SECRET_SIZE]);
/* The same as firmware 2.2 gives to any challenge of a slot without HMAC_LT64. */
void slot_answer_blindly(const struct slot *slot,
			 uint8_t ret_digest[static SOFTKEY_SECRET_SIZE]);

/* Types the slot's next code, without Enter; "ticks" is the key's clock of 8 Hz. Nothing
 * is typed by a slot that does not type. */
void slot_type(struct slot *slot, uint32_t ticks,
	       char ret_code[static SOFTKEY_CODE_SIZE]);
/* What an OTP slot of this setup types when its use and session counters, in one number,
 * have reached counter, which is not 0. */
void slot_type_at(const struct softkey_setup *setup, uint32_t counter,
		  char ret_code[static SOFTKEY_CODE_SIZE]);
