/* SPDX-License-Identifier: BSD-2-Clause */
#include "slots.h"

#include <string.h>

#include <sodium.h>

enum {
	/* a file begins at a random even generation below this; the lowest bit is the
	 * slot */
	GENERATION_FIRST_MAX = 1 << 30,
};

static void plan_next(const struct slot *current, const struct slot *other,
		      unsigned current_index, struct slot_plan *ret_next)
{
	uint32_t newest = current->generation > other->generation ? current->generation
								  : other->generation;
	unsigned target = 1 - current_index;
	uint32_t generation = newest + 1;
	if ((generation & 1) != target)
		generation++;
	*ret_next = (struct slot_plan){ .slot = target, .generation = generation };
}

/* If all the data are there, a write that was cut off within its last stamp is
 * complete. */
static void check_suspect(struct slot *slot, const unsigned char *key, const char *user,
			  unsigned char *scratch)
{
	size_t len = 0;
	if (slot->condition != SLOT_IS_SUSPECT)
		return;
	bool is_open = slot_open(slot, key, user, scratch, &len) == MFA_OK;
	slot->condition = is_open ? SLOT_IS_WHOLE : SLOT_IS_DAMAGED;
	mfa_wipe(scratch, len);
}

int slots_open(const unsigned char *file, const unsigned char *key, const char *user,
	       unsigned char *scratch, struct slot_content *ret_content)
{
	struct slot slots[2] = { slot_examine(file, 0),
				 slot_examine(file + SLOT_SIZE, 1) };
	check_suspect(&slots[0], key, user, scratch);
	check_suspect(&slots[1], key, user, scratch);
	unsigned newest = slots[1].generation > slots[0].generation ? 1 : 0;
	unsigned current = newest;
	if (slots[newest].condition == SLOT_IS_TORN)
		current = 1 - newest;
	/* A damaged stamp may have been of the newest write: then the other slot is an
	 * older state, which cannot be noticed. */
	if (slots[current].condition != SLOT_IS_WHOLE ||
	    slots[0].condition == SLOT_IS_DAMAGED ||
	    slots[1].condition == SLOT_IS_DAMAGED)
		return MFA_ERR_INTEGRITY;
	struct slot_content content = {
		.generation = slots[current].generation,
		.has_invalid_stamp =
			slot_has_stamp(&slots[0], 0, SLOT_SECTORS, STAMP_INVALID) ||
			slot_has_stamp(&slots[1], 0, SLOT_SECTORS, STAMP_INVALID),
	};
	int err = slot_open(&slots[current], key, user, scratch, &content.len);
	if (err != MFA_OK)
		return err;
	plan_next(&slots[current], &slots[1 - current], current, &content.next);
	*ret_content = content;
	return MFA_OK;
}

/* In a torn slot an older stamp, so that it stays torn; otherwise the slot's own. */
static struct stamp replacement_stamp(const struct slot *slot)
{
	for (unsigned i = 0; i < slot->count; i++)
		if (stamp_age(&slot->stamps[i], slot->generation) == STAMP_OLDER)
			return slot->stamps[i];
	return (struct stamp){ true, slot->generation, slot->count };
}

void slots_mend(unsigned char *file)
{
	for (unsigned index = 0; index < 2; index++) {
		unsigned char *bytes = file + index * SLOT_SIZE;
		const struct slot slot = slot_examine(bytes, index);
		const struct stamp stamp = replacement_stamp(&slot);
		for (unsigned i = 0; i < SLOT_SECTORS; i++)
			if (!slot.stamps[i].is_valid)
				stamp_write(bytes + i * SLOT_SECTOR, &stamp);
	}
}

int slots_decode(const struct slot_content *content, const char *user,
		 unsigned char *scratch, struct mfa_record *ret_record)
{
	mfa_wipe(ret_record, sizeof *ret_record);
	int err = mfa_record_decode(scratch, content->len, ret_record);
	mfa_wipe(scratch, content->len);
	if (err != MFA_OK) {
		mfa_wipe(ret_record, sizeof *ret_record);
		return err;
	}
	ret_record->generation = content->generation;
	memcpy(ret_record->user, user, strnlen(user, MFA_USER_SIZE - 1));
	return MFA_OK;
}

int slots_read(const unsigned char *file, const unsigned char *key, const char *user,
	       unsigned char *scratch, struct mfa_record *ret_record)
{
	struct slot_content content;
	int err = slots_open(file, key, user, scratch, &content);
	if (err == MFA_OK)
		return slots_decode(&content, user, scratch, ret_record);
	mfa_wipe(ret_record, sizeof *ret_record);
	return err;
}

bool slots_are_under(const unsigned char *file, const unsigned char *key,
		     const char *user, unsigned char *scratch)
{
	for (unsigned i = 0; i < 2; i++) {
		size_t len = 0;
		struct slot slot = slot_examine(file + i * SLOT_SIZE, i);
		if (slot.condition != SLOT_IS_WHOLE ||
		    slot_open(&slot, key, user, scratch, &len) != MFA_OK)
			return false;
		mfa_wipe(scratch, len);
	}
	return true;
}

int slots_begin(struct mfa_record *record, const unsigned char *key,
		unsigned char *scratch, unsigned char *ret_file)
{
	size_t len = 0;
	/* a new file must not reuse the generations of one that was removed, or
	 * compare-and-swap would confuse the two */
	uint32_t generation = 2 + 2 * randombytes_uniform(GENERATION_FIRST_MAX / 2 - 1);
	for (unsigned i = 0; i < 2; i++) {
		const struct slot_plan plan = { .slot = i, .generation = generation + i };
		int err = slot_compose(record, key, &plan, scratch,
				       ret_file + i * SLOT_SIZE, &len);
		if (err != MFA_OK)
			return err;
	}
	record->generation = generation + 1;
	return MFA_OK;
}
