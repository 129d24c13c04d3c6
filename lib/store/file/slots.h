/* SPDX-License-Identifier: BSD-2-Clause */
/* The two slots of a record file: which one counts, and how the next one is written.
 * Pure: bytes in, bytes out. docs/store-format.md has the layout. */
#pragma once

#include "mfa/record.h"
#include "mfa/seal.h"

enum {
	SLOT_SECTOR = 512, /* what a disk writes whole */
	SLOT_SECTORS = 16,
	SLOT_SIZE = SLOT_SECTORS * SLOT_SECTOR,
	SLOT_FILE_SIZE = 2 * SLOT_SIZE,
	SLOT_SCRATCH_SIZE = MFA_RECORD_SIZE,
};

/* What the next write must do. */
struct slot_plan {
	unsigned slot;	     /* 0 or 1 */
	uint32_t generation; /* of the new record */
};

/* The record that counts, unsealed but not decoded. */
struct slot_content {
	uint32_t generation;
	size_t len;		/* bytes in scratch */
	bool has_invalid_stamp; /* slots_mend before the next write */
	struct slot_plan next;
};

/* Finds the record that counts in a file's bytes: the newest whole generation. A slot
 * whose write was cut off, by a crash (some of its sectors written, the others of an
 * older write) or anywhere inside a sector, counts as never written, unless all of its
 * data are there; any other damage of the newest generation is MFA_ERR_INTEGRITY, so
 * damage cannot bring back an older state. user binds the record to its name. key:
 * MFA_SUBKEY_SIZE bytes; scratch: SLOT_SCRATCH_SIZE bytes of locked memory, which hold
 * the encoded record afterwards. */
int slots_open(const unsigned char *file, const unsigned char *key, const char *user,
	       unsigned char *scratch, struct slot_content *ret_content) MFA_MUST_CHECK;

/* Decodes what slots_open left in scratch; wipes scratch, and ret_record on failure. */
int slots_decode(const struct slot_content *content, const char *user,
		 unsigned char *scratch, struct mfa_record *ret_record) MFA_MUST_CHECK;

/* Makes the stamps valid that cut-off writes have left invalid, in bytes that slots_open
 * took: a second cut-off write is told from damage by the stamps around it. */
void slots_mend(unsigned char *file);

/* Whether both slots are whole and sealed under this key: nothing older is left. */
bool slots_are_under(const unsigned char *file, const unsigned char *key,
		     const char *user, unsigned char *scratch);

/* slots_open, and decodes the record; wipes scratch, and ret_record on failure. */
int slots_read(const unsigned char *file, const unsigned char *key, const char *user,
	       unsigned char *scratch, struct mfa_record *ret_record) MFA_MUST_CHECK;

/* Composes a new file, SLOT_FILE_SIZE bytes, with record in both slots and a stamp in
 * every sector: from then on a sector without one is damaged. Sets record's generation.
 */
int slots_begin(struct mfa_record *record, const unsigned char *key,
		unsigned char *scratch, unsigned char *ret_file) MFA_MUST_CHECK;

/* Composes a slot: seals record under key as plan->generation. ret_slot has SLOT_SIZE
 * bytes; the ret_len first of them need to be written, the others hold stamps only. */
int slots_compose(const struct mfa_record *record, const unsigned char *key,
		  const struct slot_plan *plan, unsigned char *scratch,
		  unsigned char *ret_slot, size_t *ret_len) MFA_MUST_CHECK;
