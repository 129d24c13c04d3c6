#include "slots.h"

#include <string.h>

#include <sodium.h>

#include "mfa/bytes.h"

enum {
	FORMAT = 1,
	STAMP_SIZE = 8,
	SECTOR_DATA = SLOT_SECTOR - STAMP_SIZE,
	/* the header, the first bytes of the data */
	AT_MAGIC = 0,
	AT_FORMAT = 4,
	AT_GENERATION = 8,
	AT_SEALED_LEN = 12,
	HEADER_SIZE = 32,
	SEALED_MAX = MFA_RECORD_SIZE + MFA_SEAL_OVERHEAD,
	CONTEXT_MAX = HEADER_SIZE + MFA_USER_SIZE,
	/* a file begins at a random even generation below; the last bit names the slot */
	GENERATION_FIRST_MAX = 1 << 30,
	GENERATION_MAX = INT32_MAX,
};

_Static_assert(HEADER_SIZE + SEALED_MAX <= SLOT_SECTORS * SECTOR_DATA,
	       "a full record must fit into a slot");

static const char MAGIC[4] = { 'P', 'M', 'F', 'A' };

/* Every sector ends in a stamp: which write put it there, of how many sectors, and a
 * check that tells a damaged stamp from an older one. */
struct stamp {
	bool is_valid;
	uint32_t generation;
	unsigned count;
};

/* CRC-16/CCITT, which no change within two bytes passes: a stamp that damage changed
 * must not look like that of an older write. */
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

static struct stamp read_stamp(const unsigned char *sector)
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

static void write_stamp(unsigned char *sector, uint32_t generation, unsigned count)
{
	unsigned char *bytes = sector + SECTOR_DATA;
	mfa_put32(bytes, generation);
	mfa_put16(bytes + 4, (uint16_t)count);
	mfa_put16(bytes + 6, stamp_check(generation, count));
}

enum condition {
	WHOLE,
	TORN,
	DAMAGED
};

struct slot {
	const unsigned char *bytes;
	enum condition condition;
	uint32_t generation; /* the newest write that reached it */
	unsigned count;	     /* its sectors */
};

/* Looks at the stamps only; whether a whole slot is genuine, its seal tells. */
static struct slot examine(const unsigned char *bytes, unsigned index)
{
	struct slot slot = { .bytes = bytes };
	struct stamp stamps[SLOT_SECTORS];
	for (unsigned i = 0; i < SLOT_SECTORS; i++) {
		stamps[i] = read_stamp(bytes + i * SLOT_SECTOR);
		if (stamps[i].is_valid && stamps[i].generation > slot.generation) {
			slot.generation = stamps[i].generation;
			slot.count = stamps[i].count;
		}
	}
	/* every sector was written when the file was made: zeros are damage too */
	if (slot.generation == 0 || (slot.generation & 1) != index)
		slot.condition = DAMAGED;
	for (unsigned i = 0; i < slot.count; i++)
		if (!stamps[i].is_valid)
			slot.condition = DAMAGED;
		else if (stamps[i].generation != slot.generation &&
			 slot.condition == WHOLE)
			slot.condition = TORN;
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

static void gather(const struct slot *slot, unsigned char *ret_data)
{
	for (unsigned i = 0; i < slot->count; i++)
		memcpy(ret_data + i * SECTOR_DATA, slot->bytes + i * SLOT_SECTOR,
		       SECTOR_DATA);
}

static int open_slot(const struct slot *slot, const unsigned char *key, const char *user,
		     unsigned char *ret_plain, size_t *ret_len)
{
	unsigned char data[SLOT_SECTORS * SECTOR_DATA];
	if (slot->count == 0) /* never, when the slot is whole */
		return MFA_ERR_INTEGRITY;
	gather(slot, data);
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

int slots_open(const unsigned char *file, const unsigned char *key, const char *user,
	       unsigned char *scratch, struct slot_content *ret_content)
{
	struct slot slots[2] = { examine(file, 0), examine(file + SLOT_SIZE, 1) };
	unsigned newest = slots[1].generation > slots[0].generation ? 1 : 0;
	unsigned current = newest;
	if (slots[newest].condition == TORN)
		current = 1 - newest;
	/* A damaged stamp may have been the newest one's: then the other slot is not the
	 * current state, and nobody can tell. */
	if (slots[current].condition != WHOLE || slots[0].condition == DAMAGED ||
	    slots[1].condition == DAMAGED)
		return MFA_ERR_INTEGRITY;
	struct slot_content content = { .generation = slots[current].generation };
	int err = open_slot(&slots[current], key, user, scratch, &content.len);
	if (err != MFA_OK)
		return err;
	plan_next(&slots[current], &slots[1 - current], current, &content.next);
	*ret_content = content;
	return MFA_OK;
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
		struct slot slot = examine(file + i * SLOT_SIZE, i);
		if (slot.condition != WHOLE ||
		    open_slot(&slot, key, user, scratch, &len) != MFA_OK)
			return false;
		mfa_wipe(scratch, len);
	}
	return true;
}

int slots_compose(const struct mfa_record *record, const unsigned char *key,
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
	size_t used = HEADER_SIZE + sealed_len;
	unsigned count = (unsigned)((used + SECTOR_DATA - 1) / SECTOR_DATA);
	memset(ret_slot, 0, SLOT_SIZE);
	for (unsigned i = 0; i < SLOT_SECTORS; i++) {
		memcpy(ret_slot + i * SLOT_SECTOR, data + i * SECTOR_DATA, SECTOR_DATA);
		write_stamp(ret_slot + i * SLOT_SECTOR, plan->generation, count);
	}
	*ret_len = count * (size_t)SLOT_SECTOR;
	return MFA_OK;
}

int slots_begin(struct mfa_record *record, const unsigned char *key,
		unsigned char *scratch, unsigned char *ret_file)
{
	size_t len = 0;
	/* a user's next file must not come to the generations of one that was removed:
	 * compare-and-swap would take the one for the other */
	uint32_t generation = 2 + 2 * randombytes_uniform(GENERATION_FIRST_MAX / 2 - 1);
	for (unsigned i = 0; i < 2; i++) {
		const struct slot_plan plan = { .slot = i, .generation = generation + i };
		int err = slots_compose(record, key, &plan, scratch,
					ret_file + i * SLOT_SIZE, &len);
		if (err != MFA_OK)
			return err;
	}
	record->generation = generation + 1;
	return MFA_OK;
}
