/* SPDX-License-Identifier: BSD-2-Clause */
/* A copy of the store key, from a stick or from paper, and the note beside the key: any
 * bytes are read, and no copy opens without its passphrase. */
#include "fuzz.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mfa/bytes.h"
#include "mfa/key_copy.h"
#include "mfa/key_note.h"
#include "mfa/key_sheet.h"
#include "mfa/text.h"

enum {
	AT_PASSES = 8,
	AT_MEMORY = 12,
	AT_CHECKSUM = MFA_KEY_COPY_SIZE - 16,
	PASSES = 1,
	MEMORY_KIB = 8,
};

/* As a whole copy with a sum that is right; a cost that would be paid becomes the least.
 */
static void open_as_copy(const uint8_t *data, size_t size)
{
	static unsigned char bytes[MFA_KEY_COPY_SIZE];
	struct mfa_key_copy copy = { .time = 0 };
	struct mfa_secret passphrase = { 0 };
	const struct mfa_span span = { bytes, sizeof bytes };
	memset(bytes, 0, sizeof bytes);
	memcpy(bytes, data, size < sizeof bytes ? size : sizeof bytes);
	(void)crypto_generichash(bytes + AT_CHECKSUM, sizeof bytes - AT_CHECKSUM, bytes,
				 AT_CHECKSUM, NULL, 0);
	if (mfa_key_copy_inspect(span) == MFA_OK) {
		mfa_put32(bytes + AT_PASSES, PASSES);
		mfa_put32(bytes + AT_MEMORY, MEMORY_KIB);
		(void)crypto_generichash(bytes + AT_CHECKSUM, sizeof bytes - AT_CHECKSUM,
					 bytes, AT_CHECKSUM, NULL, 0);
	}
	must(mfa_secret_random(16, &passphrase) == MFA_OK);
	must(mfa_key_copy_open(span, &passphrase, &copy) != MFA_OK);
	must(copy.key.data == NULL);
	mfa_secret_done(&passphrase);
}

/* What is a line is written as that line. */
static void read_as_line(const uint8_t *data, size_t size)
{
	static struct mfa_key_sheet sheet;
	static struct mfa_key_sheet again;
	struct mfa_secret key = { 0 };
	struct input input = { data, size };
	unsigned index = input_byte(&input);
	size_t len = 0;
	char *typed = input_rest(&input, &len);
	memset(&sheet, 0, sizeof sheet);
	if (mfa_key_sheet_read_line(&sheet, index, typed, len) == MFA_OK)
		must(index < MFA_KEY_LINES);
	free(typed);
	if (mfa_key_sheet_read(&sheet, &key) != MFA_OK)
		return;
	must(mfa_key_sheet_write(&key, &again) == MFA_OK);
	must(memcmp(sheet.bytes, again.bytes, sizeof sheet.bytes) == 0);
	mfa_secret_done(&key);
}

static void read_as_note(const uint8_t *data, size_t size)
{
	struct mfa_key_note note = { .time = 0 };
	char source[256];
	(void)snprintf(source, sizeof source, "file:%s/key", fuzz_folder());
	fuzz_write(fuzz_path("key.verified"), data, size);
	if (mfa_key_note_read(source, NULL, &note) != MFA_OK)
		return;
	must(strlen(note.id) == MFA_KEY_ID_SIZE - 1);
	must(mfa_text_is_label(note.actor, sizeof note.actor));
	must(note.time >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (mfa_key_copy_inspect((struct mfa_span){ data, size }) == MFA_OK)
		must(size == MFA_KEY_COPY_SIZE);
	open_as_copy(data, size);
	read_as_line(data, size);
	read_as_note(data, size);
	return 0;
}
