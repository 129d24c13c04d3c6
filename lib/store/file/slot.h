/* SPDX-License-Identifier: BSD-2-Clause */
/* One slot of a record file: a sealed record over sectors with stamps. Pure: bytes in,
 * bytes out. */
#pragma once

#include "mfa/record.h"
#include "mfa/seal.h"
#include "stamp.h"

enum {
	SLOT_SIZE = SLOT_SECTORS * SLOT_SECTOR,
	SLOT_FILE_SIZE = 2 * SLOT_SIZE,
	SLOT_SCRATCH_SIZE = MFA_RECORD_SIZE,
};

/* The next write. */
struct slot_plan {
	unsigned slot;	     /* 0 or 1 */
	uint32_t generation; /* of the new record */
};

enum slot_condition {
	SLOT_IS_WHOLE,
	SLOT_IS_TORN,
	SLOT_IS_SUSPECT, /* stamps are invalid, none is older: the seal decides */
	SLOT_IS_DAMAGED
};

struct slot {
	const unsigned char *bytes;
	struct stamp stamps[SLOT_SECTORS];
	enum slot_condition condition;
	uint32_t generation; /* of the newest write */
	unsigned count;	     /* how many sectors that write has */
};

/* Classifies a slot, which is number index in its file, by its stamps; whether its data
 * are genuine is the seal's to decide. */
struct slot slot_examine(const unsigned char *bytes, unsigned index);

/* Whether a sector from first to before last has a stamp of this age. */
bool slot_has_stamp(const struct slot *slot, unsigned first, unsigned last,
		    enum stamp_age age);

/* Unseals the record of a slot. MFA_ERR_INTEGRITY, MFA_ERR_UNSUPPORTED. */
int slot_open(const struct slot *slot, const unsigned char *key, const char *user,
	      unsigned char *ret_plain, size_t *ret_len) MFA_MUST_CHECK;

/* Composes a slot: seals record under key as plan->generation. ret_slot has SLOT_SIZE
 * bytes; the ret_len first of them need to be written, the others hold stamps only. */
int slot_compose(const struct mfa_record *record, const unsigned char *key,
		 const struct slot_plan *plan, unsigned char *scratch,
		 unsigned char *ret_slot, size_t *ret_len) MFA_MUST_CHECK;
