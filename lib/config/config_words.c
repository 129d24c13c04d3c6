/* SPDX-License-Identifier: BSD-2-Clause */
#include "config_words.h"

#include <stdlib.h>
#include <string.h>

#include "config_word.h"

enum {
	SHOWN_MAX = 64
};

static int split_words(struct mfa_strings *words, const char *text)
{
	MFA_CLEANUP(mfa_free_string) char *copy = strdup(text);
	if (copy == NULL)
		return MFA_ERR_NOMEM;
	char *rest = NULL;
	for (char *word = strtok_r(copy, " \t", &rest); word != NULL;
	     word = strtok_r(NULL, " \t", &rest)) {
		int err = mfa_strings_add(words, word);
		if (err != MFA_OK)
			return err;
	}
	return MFA_OK;
}

static int check_words(const struct mfa_strings *words, bool are_patterns,
		       const struct config_line *line, struct mfa_diag *diag)
{
	for (size_t i = 0; i < words->count; i++) {
		const char *word = words->items[i];
		const char *problem = config_word_problem(word, are_patterns);
		if (problem != NULL)
			return config_fail(diag, line,
					   "%s: \"%.*s\" can match nothing: %s; separate "
					   "words with spaces",
					   line->key, SHOWN_MAX, word, problem);
	}
	return MFA_OK;
}

int config_words_set(struct mfa_strings *words, bool are_patterns,
		     const struct config_line *line, struct mfa_diag *diag)
{
	struct mfa_strings fresh = { 0 };
	int err = split_words(&fresh, line->value);
	if (err != MFA_OK)
		(void)mfa_fail(diag, err, "out of memory");
	else
		err = check_words(&fresh, are_patterns, line, diag);
	if (err != MFA_OK) {
		mfa_strings_done(&fresh);
		return err;
	}
	mfa_strings_done(words);
	*words = fresh;
	return MFA_OK;
}
