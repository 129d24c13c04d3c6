/* SPDX-License-Identifier: BSD-2-Clause */
/* File names of users, both ways: one name for a user, one user for a name. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "mfa/decoy.h"
#include "store/file/user_filename.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	char name[STORE_NAME_SIZE];
	char user[STORE_NAME_SIZE];
	char *text = input_text(&input);
	if (store_name_encode(text, name) == MFA_OK) {
		must(strlen(name) > 0 && strlen(name) < sizeof name);
		must(strchr(name, '/') == NULL);
		bool is_decoy = mfa_decoy_is_name(text);
		must((name[0] == '.') == is_decoy);
		if (is_decoy)
			must(store_name_decode(name, user) == MFA_ERR_INVALID);
		else
			must(store_name_decode(name, user) == MFA_OK &&
			     strcmp(user, text) == 0);
	}
	if (store_name_decode(text, user) == MFA_OK)
		must(store_name_encode(user, name) == MFA_OK && strcmp(name, text) == 0);
	free(text);
	return 0;
}
