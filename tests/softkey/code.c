/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>
#include <nettle/aes.h>
#include <nettle/hmac.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "slot.h"

enum {
	TICKET_SIZE = 16,
	TICKET_USE = 6,
	TICKET_TIME = 8,
	TICKET_SESSION = 11,
	TICKET_RANDOM = 12,
	TICKET_CRC = 14,
	USE_MAX = 0x7fff, /* the use counter stops there */
	PUBLIC_MAX = 16,
	OATH_MODHEX_1 = 0x10, /* the identifier's first byte is typed as modhex */
	OATH_MODHEX_2 = 0x40, /* the first two; both flags: all of it */
};

static char *put_digits(char *out, const char *alphabet, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		*out++ = alphabet[bytes[i] >> 4];
		*out++ = alphabet[bytes[i] & 0x0f];
	}
	*out = '\0';
	return out;
}

static char *put_modhex(char *out, const uint8_t *bytes, size_t len)
{
	return put_digits(out, "cbdefghijklnrtuv", bytes, len);
}

static void count_use(struct slot *slot)
{
	bool wrapped = slot->used && ++slot->session == 0;
	if (!slot->used || wrapped) {
		slot->session = 0;
		if (slot->use < USE_MAX)
			slot->use++;
	}
	slot->used = true;
}

static size_t fixed_size(const struct slot *slot)
{
	size_t size = slot->config[CONFIG_FIXED_SIZE] & 0x1f;
	return size > PUBLIC_MAX ? PUBLIC_MAX : size;
}

static void type_otp(struct slot *slot, uint32_t ticks, char *ret_code)
{
	uint8_t ticket[TICKET_SIZE];
	struct aes128_ctx aes;
	count_use(slot);
	memcpy(ticket, slot->config + CONFIG_UID, SOFTKEY_ID_SIZE);
	ticket[TICKET_USE] = (uint8_t)slot->use;
	ticket[TICKET_USE + 1] = (uint8_t)(slot->use >> 8);
	ticket[TICKET_TIME] = (uint8_t)ticks;
	ticket[TICKET_TIME + 1] = (uint8_t)(ticks >> 8);
	ticket[TICKET_TIME + 2] = (uint8_t)(ticks >> 16);
	ticket[TICKET_SESSION] = slot->session;
	if (getrandom(ticket + TICKET_RANDOM, 2, 0) != 2)
		memset(ticket + TICKET_RANDOM, 0, 2);
	frame_seal(ticket, TICKET_CRC);
	aes128_set_encrypt_key(&aes, slot->config + CONFIG_KEY);
	aes128_encrypt(&aes, sizeof ticket, ticket, ticket);
	char *end = put_modhex(ret_code, slot->config + CONFIG_FIXED, fixed_size(slot));
	put_modhex(end, ticket, sizeof ticket);
}

static char *put_identifier(const struct slot *slot, char *out)
{
	const uint8_t *fixed = slot->config + CONFIG_FIXED;
	size_t size = fixed_size(slot);
	size_t modhex = 0;
	switch (slot->config[CONFIG_CFG] & (OATH_MODHEX_1 | OATH_MODHEX_2)) {
	case OATH_MODHEX_1:
		modhex = 1;
		break;
	case OATH_MODHEX_2:
		modhex = 2;
		break;
	case OATH_MODHEX_1 | OATH_MODHEX_2:
		modhex = size;
		break;
	}
	if (modhex > size)
		modhex = size;
	out = put_modhex(out, fixed, modhex);
	return put_digits(out, "0123456789abcdef", fixed + modhex, size - modhex);
}

// RFC 4226, by this key's own HMAC.
static void type_hotp(struct slot *slot, char *ret_code)
{
	struct hmac_sha1_ctx context;
	uint8_t secret[SOFTKEY_SECRET_SIZE], digest[SHA1_DIGEST_SIZE], counter[8];
	for (unsigned i = 0; i < sizeof counter; i++)
		counter[i] = (uint8_t)(slot->moving >> (56 - 8 * i));
	slot->moving++;
	memcpy(secret, slot->config + CONFIG_KEY, 16);
	memcpy(secret + 16, slot->config + CONFIG_UID, 4);
	hmac_sha1_set_key(&context, sizeof secret, secret);
	hmac_sha1_update(&context, sizeof counter, counter);
	hmac_sha1_digest(&context, sizeof digest, digest);
	const uint8_t *cut = digest + (digest[19] & 0x0f);
	uint32_t number = (uint32_t)(cut[0] & 0x7f) << 24 | (uint32_t)cut[1] << 16 |
			  (uint32_t)cut[2] << 8 | cut[3];
	bool eight = slot->config[CONFIG_CFG] & CFG_HOTP_EIGHT;
	char *end = put_identifier(slot, ret_code);
	snprintf(end, 9, "%0*" PRIu32, eight ? 8 : 6,
		 number % (eight ? 100000000 : 1000000));
}

void slot_type(struct slot *slot, uint32_t ticks, char ret_code[static SOFTKEY_CODE_SIZE])
{
	enum softkey_kind kind = slot_kind(slot);
	ret_code[0] = '\0';
	if (kind == SOFTKEY_OTP)
		type_otp(slot, ticks, ret_code);
	if (kind == SOFTKEY_HOTP)
		type_hotp(slot, ret_code);
}

void slot_type_at(const struct softkey_setup *setup, uint32_t counter,
		  char ret_code[static SOFTKEY_CODE_SIZE])
{
	struct slot slot = { .valid = false };
	uint32_t last = counter - 1;
	slot_setup(&slot, setup, false);
	slot.use = (uint16_t)(last >> 8);
	slot.session = (uint8_t)last;
	slot.used = true;
	slot_type(&slot, 0, ret_code);
}
