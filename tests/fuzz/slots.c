/* SPDX-License-Identifier: BSD-2-Clause */
/* The record file: bytes at will, a sound file with some bytes changed, and any plaintext
 * soundly sealed. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "store/file/slots.h"

static const unsigned char KEY[MFA_SUBKEY_SIZE] = { 1, 2, 3 };
static const char USER[] = "taro";

/* A file of two generations, of which the second one counts. */
static void make_file(unsigned char *file)
{
	static struct mfa_record record;
	static unsigned char scratch[SLOT_SCRATCH_SIZE];
	struct mfa_token token;
	struct mfa_token *added = NULL;
	struct slot_content now;
	size_t len = 0;
	memset(&record, 0, sizeof record);
	fuzz_token(MFA_KIND_TOTP, 5, &token);
	memcpy(record.user, USER, sizeof USER);
	must(mfa_record_add(&record, &token, &added) == MFA_OK);
	must(slots_begin(&record, KEY, scratch, file) == MFA_OK);
	must(slots_open(file, KEY, USER, scratch, &now) == MFA_OK);
	record.failures = 1;
	must(slot_compose(&record, KEY, &now.next, scratch,
			  file + now.next.slot * (size_t)SLOT_SIZE, &len) == MFA_OK);
}

static void change(struct input *input, unsigned char *file)
{
	make_file(file);
	while (input->len > 2) {
		size_t at = input_byte(input);
		at |= input_byte(input) << 8;
		file[at % SLOT_FILE_SIZE] = (unsigned char)input_byte(input);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned char file[SLOT_FILE_SIZE];
	static unsigned char sound[SLOT_FILE_SIZE];
	static unsigned char scratch[SLOT_SCRATCH_SIZE];
	static struct mfa_record record;
	struct input input = { data, size };
	unsigned mode = input_byte(&input) % 3;
	memset(file, 0, sizeof file);
	if (mode == 0)
		change(&input, file);
	else if (mode == 1 && input.len <= MFA_RECORD_SIZE)
		fuzz_slot_file(input.data, input.len, USER, KEY, file);
	else
		memcpy(file, input.data,
		       input.len < sizeof file ? input.len : sizeof file);
	memcpy(sound, file, sizeof file);
	int err = slots_read(file, KEY, USER, scratch, &record);
	must(memcmp(sound, file, sizeof file) == 0);
	if (err != MFA_OK) {
		for (size_t i = 0; i < sizeof record; i++)
			must(((const unsigned char *)&record)[i] == 0);
		return 0;
	}
	/* nothing is read that was not sealed: bytes at will, never; changed ones leave
	 * the newest record as it was */
	must(mode != 2);
	must(mode != 0 || (record.token_count == 1 && record.failures <= 1));
	must(strcmp(record.user, USER) == 0);
	must(slots_read(file, KEY, "alicf", scratch, &record) != MFA_OK);
	return 0;
}
