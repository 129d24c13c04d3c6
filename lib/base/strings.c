/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/strings.h"

#include <stdlib.h>
#include <string.h>

int mfa_strings_add(struct mfa_strings *words, const char *text)
{
	size_t used = words->count + 1; /* with the NULL at the end */
	if ((used & (used - 1)) == 0) { /* full at the powers of two */
		char **items = reallocarray(words->items, 2 * used, sizeof *items);
		if (items == NULL)
			return MFA_ERR_NOMEM;
		words->items = items;
	}
	words->items[words->count] = strdup(text);
	if (words->items[words->count] == NULL)
		return MFA_ERR_NOMEM;
	words->items[++words->count] = NULL;
	return MFA_OK;
}

bool mfa_strings_have(const struct mfa_strings *words, const char *text)
{
	for (size_t i = 0; i < words->count; i++)
		if (strcmp(words->items[i], text) == 0)
			return true;
	return false;
}

static int compare_strings(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void mfa_strings_sort(struct mfa_strings *words)
{
	if (words->count > 1)
		qsort(words->items, words->count, sizeof *words->items, compare_strings);
}

void mfa_strings_done(struct mfa_strings *words)
{
	for (size_t i = 0; i < words->count; i++)
		free(words->items[i]);
	free(words->items);
	*words = (struct mfa_strings){ 0 };
}
