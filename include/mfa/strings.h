/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists of strings that own them. */
#pragma once

#include "mfa/base.h"

/* items[count] is NULL; items itself is NULL while there are none. */
struct mfa_strings {
	char **items;
	size_t count;
};

/* Adds a copy of text. MFA_ERR_NOMEM. */
int mfa_strings_add(struct mfa_strings *words, const char *text) MFA_MUST_CHECK;

/* Whether text is one of them. */
bool mfa_strings_have(const struct mfa_strings *words, const char *text);

/* Sorts them by their bytes. */
void mfa_strings_sort(struct mfa_strings *words);

/* Frees them and leaves an empty list. */
void mfa_strings_done(struct mfa_strings *words);
