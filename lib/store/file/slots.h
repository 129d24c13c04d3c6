/* SPDX-License-Identifier: BSD-2-Clause */
/* The two slots of a record file: which one counts, and how the next one is written.
 * Pure: bytes in, bytes out. docs/store-format.md has the layout. */
#pragma once

#include "slot.h"

/* The valid record, unsealed but not decoded. */
struct slot_content {
	uint32_t generation;
	size_t len;		/* bytes in scratch */
	bool has_invalid_stamp; /* call slots_mend before the next write */
	struct slot_plan next;
};

/* Finds the valid record in a file's bytes: the newest complete generation. A write that
 * was cut off, between sectors or inside one, counts as never made, unless all of its
 * data are there. Any other damage of the newest generation is MFA_ERR_INTEGRITY, so that
 * damage cannot bring back an older state. key: MFA_SUBKEY_SIZE bytes; scratch:
 * SLOT_SCRATCH_SIZE bytes of locked memory, which receive the encoded record. */
int slots_open(const unsigned char *file, const unsigned char *key, const char *user,
	       unsigned char *scratch, struct slot_content *ret_content) MFA_MUST_CHECK;

/* Decodes what slots_open left in scratch; wipes scratch, and ret_record on failure. */
int slots_decode(const struct slot_content *content, const char *user,
		 unsigned char *scratch, struct mfa_record *ret_record) MFA_MUST_CHECK;

/* Replaces the invalid stamps of cut-off writes, in bytes that slots_open accepted. A
 * later cut-off write can then be distinguished from damage. */
void slots_mend(unsigned char *file);

/* Whether both slots are whole and sealed under this key: nothing older is left. */
bool slots_are_under(const unsigned char *file, const unsigned char *key,
		     const char *user, unsigned char *scratch);

/* slots_open, and decodes the record; wipes scratch, and ret_record on failure. */
int slots_read(const unsigned char *file, const unsigned char *key, const char *user,
	       unsigned char *scratch, struct mfa_record *ret_record) MFA_MUST_CHECK;

/* Composes a new file, SLOT_FILE_SIZE bytes, with record in both slots and a stamp in
 * every sector, so that a sector without one is damage. Sets record's generation. */
int slots_begin(struct mfa_record *record, const unsigned char *key,
		unsigned char *scratch, unsigned char *ret_file) MFA_MUST_CHECK;
