/* SPDX-License-Identifier: BSD-2-Clause */
/* The stamp at the end of each sector of a record file: which write put it there, of how
 * many sectors, and a check that tells a damaged stamp from an older one. */
#pragma once

#include "slots.h"

enum {
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

/* What a stamp is to the write of that generation, which is the newest of the slot. */
enum stamp_age stamp_age(const struct stamp *stamp, uint32_t generation);

/* Whether the sector's stamp is one whose first bytes are of a new stamp and the others
 * of an old one, as a write leaves it that ends there. */
bool stamp_is_split(const unsigned char *sector, const struct stamp *fresh,
		    const struct stamp *old);
