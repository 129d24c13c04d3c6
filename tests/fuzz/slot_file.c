/* SPDX-License-Identifier: BSD-2-Clause */
/* Seals bytes that slot_compose would never seal. Its static parts are needed for that.
 */
#include "fuzz.h"

#include "store/file/slot.c"
#include "store/file/slots.h"

/* A sound file first, so that every sector has its stamp; then the bytes in its next
 * slot. */
void fuzz_slot_file(const void *plain, size_t len, const char *user,
		    const unsigned char *key, unsigned char *ret_file)
{
	static struct mfa_record record;
	static unsigned char scratch[SLOT_SCRATCH_SIZE];
	unsigned char data[SLOT_SECTORS * SECTOR_DATA] = { 0 };
	unsigned char context[CONTEXT_MAX];
	struct slot_content now;
	must(len <= MFA_RECORD_SIZE);
	memset(&record, 0, sizeof record);
	memcpy(record.user, user, strlen(user));
	must(slots_begin(&record, key, scratch, ret_file) == MFA_OK);
	must(slots_open(ret_file, key, user, scratch, &now) == MFA_OK);
	memcpy(data + AT_MAGIC, MAGIC, sizeof MAGIC);
	mfa_put16(data + AT_FORMAT, FORMAT);
	mfa_put32(data + AT_GENERATION, now.next.generation);
	mfa_put32(data + AT_SEALED_LEN, (uint32_t)(len + MFA_SEAL_OVERHEAD));
	struct mfa_span bound = { context, make_context(data, user, context) };
	struct mfa_span sealed = { plain, len };
	mfa_seal(key, bound, sealed, data + HEADER_SIZE);
	size_t used = HEADER_SIZE + len + MFA_SEAL_OVERHEAD;
	unsigned count = (unsigned)((used + SECTOR_DATA - 1) / SECTOR_DATA);
	unsigned char *slot = ret_file + now.next.slot * (size_t)SLOT_SIZE;
	for (unsigned i = 0; i < count; i++) {
		memcpy(slot + i * (size_t)SLOT_SECTOR, data + i * (size_t)SECTOR_DATA,
		       SECTOR_DATA);
		stamp_write(slot + i * (size_t)SLOT_SECTOR,
			    &(struct stamp){ true, now.next.generation, count });
	}
}
