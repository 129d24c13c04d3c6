/* SPDX-License-Identifier: BSD-2-Clause */
/* What the fuzz harnesses share. A harness is a file NAME.c that takes the fuzzer's bytes
 * apart, calls one part of the product, and ends the process (must) where a promise does
 * not hold; what the sanitizers see ends it too. */
#pragma once

#include "mfa/oath.h"
#include "mfa/seal.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the process unless the condition holds. */
#define must(condition) fuzz_must((condition), #condition, __FILE__, __LINE__)
void fuzz_must(bool holds, const char *condition, const char *file, int line);

/* The bytes that are left. */
struct input {
	const uint8_t *data;
	size_t len;
};

/* The next byte, 0 at the end. */
unsigned input_byte(struct input *input);

/* The bytes up to the next NUL (or the end), NUL-terminated. The caller frees it. */
char *input_text(struct input *input);

/* The rest, NUL-terminated as well. The caller frees it. */
char *input_rest(struct input *input, size_t *ret_len);

/* A folder of this process on a file system in memory. */
const char *fuzz_folder(void);

/* Its file of that name; good until eight more were asked for. */
const char *fuzz_path(const char *name);

void fuzz_write(const char *path, const void *bytes, size_t len);

/* A store key that is the same for all. */
void fuzz_key(struct mfa_secret *ret_key);

/* An active token with the secret "12345678901234567890". */
void fuzz_token(enum mfa_kind kind, uint64_t counter, struct mfa_token *ret_token);

/* The code that the counter of such a token has. */
void fuzz_code(uint64_t counter, char ret_code[static 16]);

/* Whether the text ends in the code that the counter (or the time step) of such a token
 * has. */
bool fuzz_ends_in_code(const char *text, size_t len, uint64_t counter);

/* The same for the token with the first byte of its secret changed. */
bool fuzz_ends_in_other_code(const char *text, size_t len, uint64_t counter);
void fuzz_change_secret(struct mfa_token *token);

/* Makes the bytes that slots_read reads (SLOT_FILE_SIZE): a record file whose only slot
 * holds the plain bytes, soundly sealed. */
void fuzz_slot_file(const void *plain, size_t len, const char *user,
		    const unsigned char *key, unsigned char *ret_file);
