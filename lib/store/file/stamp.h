/* SPDX-License-Identifier: BSD-2-Clause */
/* The stamp at the end of each sector of a record file: the generation of the write, how
 * many sectors it had, and a checksum that distinguishes damage from an older stamp. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
	SLOT_SECTOR = 512, /* what a disk writes atomically */
	SLOT_SECTORS = 16,
	STAMP_SIZE = 8,
	SECTOR_DATA = SLOT_SECTOR - STAMP_SIZE,
};

struct stamp {
	bool is_valid;
	uint32_t generation;
	unsigned count;
};

struct stamp stamp_read(const unsigned char *sector);
void stamp_write(unsigned char *sector, const struct stamp *stamp);

enum stamp_age {
	STAMP_INVALID,
	STAMP_OLDER,
	STAMP_OF_WRITE
};

/* Compares a stamp with the newest write of its slot, which has that generation. */
enum stamp_age stamp_age(const struct stamp *stamp, uint32_t generation);

/* Whether the sector's stamp begins with bytes of fresh and ends with bytes of old, as
 * after a write that was cut off there. */
bool stamp_is_split(const unsigned char *sector, const struct stamp *fresh,
		    const struct stamp *old);
