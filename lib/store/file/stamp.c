/* SPDX-License-Identifier: BSD-2-Clause */
#include "stamp.h"

#include <string.h>

#include "mfa/bytes.h"

/* CRC-16/CCITT, which detects every change within two bytes: a damaged stamp must not
 * look like that of an older write. */
static uint16_t stamp_check(uint32_t generation, unsigned count)
{
	/* four bits at a time: a login checks some sixty stamps */
	static const uint16_t table[16] = { 0x0000, 0x1021, 0x2042, 0x3063,
					    0x4084, 0x50a5, 0x60c6, 0x70e7,
					    0x8108, 0x9129, 0xa14a, 0xb16b,
					    0xc18c, 0xd1ad, 0xe1ce, 0xf1ef };
	uint64_t text = (uint64_t)generation << 16 | count;
	unsigned rest = 0;
	for (int shift = 44; shift >= 0; shift -= 4)
		rest = (rest << 4 & 0xffff) ^ table[(rest >> 12 ^ text >> shift) & 15];
	return (uint16_t)rest;
}

struct stamp stamp_read(const unsigned char *sector)
{
	const unsigned char *bytes = sector + SECTOR_DATA;
	struct stamp stamp = {
		.generation = mfa_get32(bytes),
		.count = mfa_get16(bytes + 4),
	};
	uint16_t check = mfa_get16(bytes + 6);
	stamp.is_valid = stamp.generation != 0 && stamp.count >= 1 &&
			 stamp.count <= SLOT_SECTORS &&
			 check == stamp_check(stamp.generation, stamp.count);
	return stamp;
}

static void encode_stamp(const struct stamp *stamp,
			 unsigned char bytes[static STAMP_SIZE])
{
	mfa_put32(bytes, stamp->generation);
	mfa_put16(bytes + 4, (uint16_t)stamp->count);
	mfa_put16(bytes + 6, stamp_check(stamp->generation, stamp->count));
}

void stamp_write(unsigned char *sector, const struct stamp *stamp)
{
	encode_stamp(stamp, sector + SECTOR_DATA);
}

enum stamp_age stamp_age(const struct stamp *stamp, uint32_t generation)
{
	if (!stamp->is_valid)
		return STAMP_INVALID;
	return stamp->generation < generation ? STAMP_OLDER : STAMP_OF_WRITE;
}

bool stamp_is_split(const unsigned char *sector, const struct stamp *fresh,
		    const struct stamp *old)
{
	unsigned char first[STAMP_SIZE];
	unsigned char rest[STAMP_SIZE];
	const unsigned char *bytes = sector + SECTOR_DATA;
	encode_stamp(fresh, first);
	encode_stamp(old, rest);
	for (size_t i = 1; i < STAMP_SIZE; i++)
		if (memcmp(bytes, first, i) == 0 &&
		    memcmp(bytes + i, rest + i, STAMP_SIZE - i) == 0)
			return true;
	return false;
}
