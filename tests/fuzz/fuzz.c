/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <liboath/oath.h>

#include "mfa/text.h"
#include "mfa/typed_code.h"

enum {
	DIGITS = 6,
	SEQUENCE_MAX = 32, /* bytes that a key may send */
};

static const char SECRET[] = "12345678901234567890";
static const char OTHER_FIRST = 'x';

void fuzz_must(bool holds, const char *condition, const char *file, int line)
{
	if (holds)
		return;
	(void)fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
	abort();
}

int LLVMFuzzerInitialize(int *argc MFA_UNUSED, char ***argv MFA_UNUSED)
{
	(void)umask(022);
	must(mfa_init() == MFA_OK);
	return 0;
}

unsigned input_byte(struct input *input)
{
	if (input->len == 0)
		return 0;
	input->len--;
	return *input->data++;
}

static char *copy_text(const uint8_t *data, size_t len)
{
	char *text = malloc(len + 1);
	must(text != NULL);
	if (len > 0)
		memcpy(text, data, len);
	text[len] = '\0';
	return text;
}

char *input_text(struct input *input)
{
	size_t len = 0;
	while (len < input->len && input->data[len] != '\0')
		len++;
	char *text = copy_text(input->data, len);
	size_t used = len < input->len ? len + 1 : len;
	if (used > 0)
		input->data += used;
	input->len -= used;
	return text;
}

char *input_rest(struct input *input, size_t *ret_len)
{
	char *text = copy_text(input->data, input->len);
	*ret_len = input->len;
	input->len = 0;
	return text;
}

const char *fuzz_folder(void)
{
	static char folder[64];
	if (folder[0] == '\0') {
		(void)snprintf(folder, sizeof folder, "/dev/shm/fuzz-%d", (int)getpid());
		must(mkdir(folder, 0700) == 0 || errno == EEXIST);
	}
	return folder;
}

const char *fuzz_path(const char *name)
{
	static char paths[8][128];
	static unsigned next;
	char *path = paths[next++ % MFA_COUNT(paths)];
	(void)snprintf(path, sizeof paths[0], "%s/%s", fuzz_folder(), name);
	return path;
}

void fuzz_write(const char *path, const void *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	must(fd >= 0);
	must(len == 0 || write(fd, bytes, len) == (ssize_t)len);
	(void)close(fd);
}

void fuzz_key(struct mfa_secret *ret_key)
{
	unsigned char bytes[MFA_KEY_SIZE];
	memset(bytes, 7, sizeof bytes);
	must(mfa_secret_copy(bytes, sizeof bytes, ret_key) == MFA_OK);
}

void fuzz_token(enum mfa_kind kind, uint64_t counter, struct mfa_token *ret_token)
{
	const struct mfa_oath oath = {
		.hash = MFA_HASH_SHA1,
		.digits = 6,
		.period = kind == MFA_KIND_TOTP ? 30 : 0,
		.counter = counter,
		.secret = (const unsigned char *)SECRET,
		.secret_len = strlen(SECRET),
	};
	*ret_token = (struct mfa_token){ .kind = kind, .state = MFA_STATE_ACTIVE };
	must(mfa_oath_save(&oath, ret_token) == MFA_OK);
}

void fuzz_change_secret(struct mfa_token *token)
{
	struct mfa_oath oath;
	char secret[sizeof SECRET];
	must(mfa_oath_load(token, &oath) == MFA_OK);
	memcpy(secret, SECRET, sizeof SECRET);
	secret[0] = OTHER_FIRST;
	oath.secret = (const unsigned char *)secret;
	must(mfa_oath_save(&oath, token) == MFA_OK);
}

static void make_code(const char *secret, uint64_t counter, char ret_code[static 16])
{
	must(oath_hotp_generate(secret, strlen(secret), counter, DIGITS, false,
				OATH_HOTP_DYNAMIC_TRUNCATION, ret_code) == OATH_OK);
}

void fuzz_code(uint64_t counter, char ret_code[static 16])
{
	make_code(SECRET, counter, ret_code);
}

/* Whether a part of the text up to its end is the code, in plain form: it may be typed in
 * full width, and with spaces, hyphens and key sequences, whose own digits are none. */
static bool ends_in_code(const char *secret, const char *text, size_t len,
			 uint64_t counter)
{
	char code[16];
	size_t plain_len = 0;
	bool is_it = false;
	make_code(secret, counter, code);
	for (size_t start = len;
	     !is_it && plain_len <= DIGITS + SEQUENCE_MAX && start-- > 0;) {
		bool is_same = strchr(" \t\r\n-", text[start]) != NULL; /* as the last */
		if (is_same || !mfa_text_is_utf8(text + start, len - start))
			continue;
		char *plain = copy_text((const uint8_t *)text + start, len - start);
		plain_len = mfa_text_normalize_code(plain, len - start);
		is_it = plain_len == DIGITS && memcmp(plain, code, DIGITS) == 0;
		free(plain);
	}
	return is_it;
}

bool fuzz_ends_in_code(const char *text, size_t len, uint64_t counter)
{
	return ends_in_code(SECRET, text, len, counter);
}

bool fuzz_ends_in_other_code(const char *text, size_t len, uint64_t counter)
{
	char secret[sizeof SECRET];
	memcpy(secret, SECRET, sizeof SECRET);
	secret[0] = OTHER_FIRST;
	return ends_in_code(secret, text, len, counter);
}
