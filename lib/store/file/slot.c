/* SPDX-License-Identifier: BSD-2-Clause */
#include "slot.h"

#include <string.h>

#include "mfa/bytes.h"

enum {
	FORMAT = 1,
	/* the header, which is the beginning of the data */
	AT_MAGIC = 0,
	AT_FORMAT = 4,
	AT_GENERATION = 8,
	AT_SEALED_LEN = 12,
	HEADER_SIZE = 32,
	SEALED_MAX = MFA_RECORD_SIZE + MFA_SEAL_OVERHEAD,
	CONTEXT_MAX = HEADER_SIZE + MFA_USER_SIZE,
	GENERATION_MAX = INT32_MAX,
};

_Static_assert(HEADER_SIZE + SEALED_MAX <= SLOT_SECTORS * SECTOR_DATA,
	       "a full record must fit into a slot");

static const char MAGIC[4] = { 'P', 'M', 'F', 'A' };

static unsigned count_sectors(size_t sealed_len)
{
	return (unsigned)((HEADER_SIZE + sealed_len + SECTOR_DATA - 1) / SECTOR_DATA);
}

bool slot_has_stamp(const struct slot *slot, unsigned first, unsigned last,
		    enum stamp_age age)
{
	for (unsigned i = first; i < last; i++)
		if (stamp_age(&slot->stamps[i], slot->generation) == age)
			return true;
	return false;
}

static void find_newest(struct slot *slot)
{
	for (unsigned i = 0; i < SLOT_SECTORS; i++)
		if (slot->stamps[i].is_valid &&
		    slot->stamps[i].generation > slot->generation) {
			slot->generation = slot->stamps[i].generation;
			slot->count = slot->stamps[i].count;
		}
}

/* If a write was cut off within the first stamp, only the header has its generation. */
static bool read_header(struct slot *slot)
{
	const unsigned char *header = slot->bytes;
	uint32_t generation = mfa_get32(header + AT_GENERATION);
	uint32_t sealed_len = mfa_get32(header + AT_SEALED_LEN);
	if (slot->stamps[0].is_valid || memcmp(header, MAGIC, sizeof MAGIC) != 0 ||
	    mfa_get16(header + AT_FORMAT) != FORMAT || generation <= slot->generation ||
	    generation > GENERATION_MAX || sealed_len > SEALED_MAX)
		return false;
	slot->generation = generation;
	slot->count = count_sectors(sealed_len);
	return true;
}

/* Whether the first stamp begins with bytes of the new write and ends with bytes of the
 * stamp before. That one is of the last write to this slot; another sector has it too,
 * unless that write ended in the first sector. Damage does not produce such a stamp. */
static bool is_stamp_split(const struct slot *slot)
{
	const struct stamp fresh = { true, slot->generation, slot->count };
	for (unsigned i = 0; i < SLOT_SECTORS; i++) {
		const struct stamp *old = &slot->stamps[i];
		const struct stamp last = { true, slot->generation - 2, i + 1 };
		if (stamp_is_split(slot->bytes, &fresh, &last) ||
		    (old->is_valid && stamp_is_split(slot->bytes, &fresh, old)))
			return true;
	}
	return false;
}

/* A complete write has its generation in all of its sectors, and damage cannot produce
 * the valid stamp of an older write. So if an older stamp is left, the write was cut off,
 * whatever the other sectors hold. */
static enum slot_condition classify_stamps(const struct slot *slot, unsigned index,
					   bool is_by_header)
{
	/* every sector was written when the file was made, so zeros are damage */
	if (slot->generation == 0 || (slot->generation & 1) != index)
		return SLOT_IS_DAMAGED;
	if (slot_has_stamp(slot, 0, slot->count, STAMP_OLDER))
		return is_by_header && !is_stamp_split(slot) ? SLOT_IS_DAMAGED
							     : SLOT_IS_TORN;
	return slot_has_stamp(slot, 0, slot->count, STAMP_INVALID) ? SLOT_IS_SUSPECT
								   : SLOT_IS_WHOLE;
}

struct slot slot_examine(const unsigned char *bytes, unsigned index)
{
	struct slot slot = { .bytes = bytes };
	for (unsigned i = 0; i < SLOT_SECTORS; i++)
		slot.stamps[i] = stamp_read(bytes + i * SLOT_SECTOR);
	find_newest(&slot);
	bool is_by_header = read_header(&slot);
	slot.condition = classify_stamps(&slot, index, is_by_header);
	return slot;
}

static size_t make_context(const unsigned char *header, const char *user,
			   unsigned char context[static CONTEXT_MAX])
{
	size_t len = strnlen(user, MFA_USER_SIZE);
	memcpy(context, header, HEADER_SIZE);
	memcpy(context + HEADER_SIZE, user, len);
	return HEADER_SIZE + len;
}

static void gather_data(const struct slot *slot, unsigned char *ret_data)
{
	for (unsigned i = 0; i < slot->count; i++)
		memcpy(ret_data + i * SECTOR_DATA, slot->bytes + i * SLOT_SECTOR,
		       SECTOR_DATA);
}

int slot_open(const struct slot *slot, const unsigned char *key, const char *user,
	      unsigned char *ret_plain, size_t *ret_len)
{
	unsigned char data[SLOT_SECTORS * SECTOR_DATA];
	if (slot->count == 0) /* never in a whole slot */
		return MFA_ERR_INTEGRITY;
	gather_data(slot, data);
	size_t have = slot->count * (size_t)SECTOR_DATA - HEADER_SIZE;
	size_t sealed_len = mfa_get32(data + AT_SEALED_LEN);
	if (memcmp(data + AT_MAGIC, MAGIC, sizeof MAGIC) != 0 ||
	    mfa_get32(data + AT_GENERATION) != slot->generation || sealed_len > have ||
	    sealed_len < MFA_SEAL_OVERHEAD || sealed_len > SEALED_MAX)
		return MFA_ERR_INTEGRITY;
	if (mfa_get16(data + AT_FORMAT) != FORMAT)
		return MFA_ERR_UNSUPPORTED;
	unsigned char context[CONTEXT_MAX];
	struct mfa_span bound = { context, make_context(data, user, context) };
	struct mfa_span sealed = { data + HEADER_SIZE, sealed_len };
	int err = mfa_unseal(key, bound, sealed, ret_plain);
	if (err == MFA_OK)
		*ret_len = sealed_len - MFA_SEAL_OVERHEAD;
	return err;
}

int slot_compose(const struct mfa_record *record, const unsigned char *key,
		 const struct slot_plan *plan, unsigned char *scratch,
		 unsigned char *ret_slot, size_t *ret_len)
{
	if (plan->generation > GENERATION_MAX)
		return MFA_ERR_FULL;
	size_t plain_len = 0;
	int err = mfa_record_encode(record, scratch, &plain_len);
	if (err != MFA_OK)
		return err;
	unsigned char data[SLOT_SECTORS * SECTOR_DATA] = { 0 };
	size_t sealed_len = plain_len + MFA_SEAL_OVERHEAD;
	memcpy(data + AT_MAGIC, MAGIC, sizeof MAGIC);
	mfa_put16(data + AT_FORMAT, FORMAT);
	mfa_put32(data + AT_GENERATION, plan->generation);
	mfa_put32(data + AT_SEALED_LEN, (uint32_t)sealed_len);
	unsigned char context[CONTEXT_MAX];
	struct mfa_span bound = { context, make_context(data, record->user, context) };
	struct mfa_span plain = { scratch, plain_len };
	mfa_seal(key, bound, plain, data + HEADER_SIZE);
	mfa_wipe(scratch, plain_len);
	const struct stamp stamp = { true, plan->generation, count_sectors(sealed_len) };
	memset(ret_slot, 0, SLOT_SIZE);
	for (unsigned i = 0; i < SLOT_SECTORS; i++) {
		memcpy(ret_slot + i * SLOT_SECTOR, data + i * SECTOR_DATA, SECTOR_DATA);
		stamp_write(ret_slot + i * SLOT_SECTOR, &stamp);
	}
	*ret_len = stamp.count * (size_t)SLOT_SECTOR;
	return MFA_OK;
}
