/* SPDX-License-Identifier: BSD-2-Clause */
#include "slot.h"

#include <nettle/hmac.h>
#include <string.h>

enum {
	AES_KEY_SIZE = 16,
	TKT_MAY_UPDATE = 0x3f, /* tabs, delays, Enter */
	CFG_MAY_UPDATE = 0x0c, /* pacing */
};

static uint8_t flag(const struct slot *slot, unsigned place, uint8_t mask)
{
	return slot->config[place] & mask;
}

enum softkey_kind slot_kind(const struct slot *slot)
{
	if (!slot->valid)
		return SOFTKEY_EMPTY;
	if (flag(slot, CONFIG_TKT, TKT_OATH_OR_CHALLENGE)) {
		uint8_t challenge = flag(slot, CONFIG_CFG, CFG_CHALLENGE_HMAC);
		if (challenge == CFG_CHALLENGE_HMAC)
			return SOFTKEY_HMAC;
		return challenge & CFG_CHALLENGE_YUBICO ? SOFTKEY_OTHER : SOFTKEY_HOTP;
	}
	return flag(slot, CONFIG_CFG, CFG_STATIC | CFG_SHORT_TICKET) ? SOFTKEY_OTHER
								     : SOFTKEY_OTP;
}

bool slot_wants_touch(const struct slot *slot)
{
	bool challenge = flag(slot, CONFIG_TKT, TKT_OATH_OR_CHALLENGE) &&
			 flag(slot, CONFIG_CFG, CFG_CHALLENGE_YUBICO);
	if (!slot->valid)
		return false;
	return !challenge || flag(slot, CONFIG_CFG, CFG_CHALLENGE_TOUCH);
}

bool slot_is_protected(const struct slot *slot)
{
	static const uint8_t none[SOFTKEY_ACCESS_SIZE];
	return slot->valid &&
	       memcmp(slot->config + CONFIG_ACCESS, none, sizeof none) != 0;
}

bool slot_protects_second(const struct slot *slot)
{
	return slot->valid && flag(slot, CONFIG_TKT, TKT_PROTECT_SECOND) != 0;
}

bool slot_opens_with(const struct slot *slot,
		     const uint8_t access[static SOFTKEY_ACCESS_SIZE])
{
	return !slot_is_protected(slot) ||
	       memcmp(slot->config + CONFIG_ACCESS, access, SOFTKEY_ACCESS_SIZE) == 0;
}

bool slot_program(struct slot *slot, const uint8_t config[static CONFIG_SIZE])
{
	if (frame_crc(config, CONFIG_SIZE) != CRC_GOOD)
		return false;
	*slot = (struct slot){ .valid = true };
	memcpy(slot->config, config, CONFIG_SIZE);
	// A HOTP slot's first counter is there, divided by 16.
	const uint8_t *start = config + CONFIG_UID + 4;
	slot->moving = (uint64_t)(start[0] << 8 | start[1]) * 16;
	return true;
}

bool slot_update(struct slot *slot, const uint8_t config[static CONFIG_SIZE])
{
	if (frame_crc(config, CONFIG_SIZE) != CRC_GOOD || !slot->valid ||
	    !flag(slot, CONFIG_EXT, EXT_ALLOW_UPDATE))
		return false;
	uint8_t *own = slot->config;
	own[CONFIG_EXT] = config[CONFIG_EXT];
	own[CONFIG_TKT] = (uint8_t)((own[CONFIG_TKT] & ~TKT_MAY_UPDATE) |
				    (config[CONFIG_TKT] & TKT_MAY_UPDATE));
	// In a slot for challenges the bits of pacing mean something else.
	if (slot_kind(slot) != SOFTKEY_HMAC)
		own[CONFIG_CFG] = (uint8_t)((own[CONFIG_CFG] & ~CFG_MAY_UPDATE) |
					    (config[CONFIG_CFG] & CFG_MAY_UPDATE));
	return true;
}

void slot_setup(struct slot *slot, const struct softkey_setup *setup, bool serial_hidden)
{
	uint8_t config[CONFIG_SIZE] = { 0 };
	if (setup->kind == SOFTKEY_EMPTY)
		return;
	memcpy(config + CONFIG_KEY, setup->secret, AES_KEY_SIZE);
	memcpy(config + CONFIG_ACCESS, setup->access, SOFTKEY_ACCESS_SIZE);
	config[CONFIG_EXT] = serial_hidden ? 0 : EXT_SERIAL_API;
	if (setup->kind == SOFTKEY_OTP) {
		memcpy(config + CONFIG_FIXED, setup->public_id, SOFTKEY_ID_SIZE);
		memcpy(config + CONFIG_UID, setup->private_id, SOFTKEY_ID_SIZE);
		config[CONFIG_FIXED_SIZE] = SOFTKEY_ID_SIZE;
		config[CONFIG_TKT] = TKT_APPEND_CR;
	} else if (setup->kind == SOFTKEY_OTHER) {
		config[CONFIG_CFG] = CFG_STATIC;
	} else {
		memcpy(config + CONFIG_UID, setup->secret + AES_KEY_SIZE,
		       SOFTKEY_SECRET_SIZE - AES_KEY_SIZE);
		config[CONFIG_TKT] = TKT_OATH_OR_CHALLENGE;
	}
	if (setup->kind == SOFTKEY_HMAC)
		config[CONFIG_CFG] = (uint8_t)(CFG_CHALLENGE_HMAC |
					       (setup->whole_block ? 0 : CFG_HMAC_LT64) |
					       (setup->touch ? CFG_CHALLENGE_TOUCH : 0));
	if (setup->kind == SOFTKEY_HOTP && setup->eight_digits)
		config[CONFIG_CFG] = CFG_HOTP_EIGHT;
	if (setup->protects)
		config[CONFIG_TKT] |= TKT_PROTECT_SECOND;
	frame_seal(config, CONFIG_CRC);
	(void)slot_program(slot, config);
}

void slot_power_up(struct slot *slot)
{
	slot->used = false;
}

static void hmac(const struct slot *slot, const uint8_t *message, size_t len,
		 uint8_t *ret_digest)
{
	struct hmac_sha1_ctx context;
	uint8_t secret[SOFTKEY_SECRET_SIZE];
	memcpy(secret, slot->config + CONFIG_KEY, AES_KEY_SIZE);
	memcpy(secret + AES_KEY_SIZE, slot->config + CONFIG_UID,
	       sizeof secret - AES_KEY_SIZE);
	hmac_sha1_set_key(&context, sizeof secret, secret);
	hmac_sha1_update(&context, len, message);
	hmac_sha1_digest(&context, SHA1_DIGEST_SIZE, ret_digest);
}

void slot_answer(const struct slot *slot, const uint8_t payload[static PAYLOAD_SIZE],
		 uint8_t ret_digest[static SOFTKEY_SECRET_SIZE])
{
	size_t len = PAYLOAD_SIZE;
	// The length is not sent: a key takes the run of equal bytes at the end for
	// padding.
	if (flag(slot, CONFIG_CFG, CFG_HMAC_LT64)) {
		while (len > 0 && payload[len - 1] == payload[PAYLOAD_SIZE - 1])
			len--;
	}
	hmac(slot, payload, len, ret_digest);
}

void slot_answer_blindly(const struct slot *slot,
			 uint8_t ret_digest[static SOFTKEY_SECRET_SIZE])
{
	hmac(slot, NULL, 0, ret_digest);
}
