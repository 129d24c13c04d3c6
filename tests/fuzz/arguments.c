/* SPDX-License-Identifier: BSD-2-Clause */
/* The words behind pam_mfa.so in a pam.d line. */
#include "mfa/arguments.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

enum {
	WORDS_MAX = 16
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	struct mfa_diag diag = { .text = "" };
	struct mfa_arguments arguments = { 0 };
	char *owned[WORDS_MAX];
	const char *words[WORDS_MAX];
	int count = 0;
	for (; count < WORDS_MAX && input.len > 0; count++) {
		owned[count] = input_text(&input);
		words[count] = owned[count];
	}
	int err = mfa_arguments_parse(count, words, &diag, &arguments);
	must(err == MFA_OK || (err == MFA_ERR_CONFIG && diag.text[0] != '\0'));
	must(arguments.config == NULL || arguments.config[0] == '/');
	must(arguments.zone == NULL || arguments.zone[0] != '\0');
	must(err == MFA_OK || arguments.config == NULL);
	for (int i = 0; i < count; i++)
		free(owned[i]);
	return 0;
}
