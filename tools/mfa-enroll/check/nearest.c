/* SPDX-License-Identifier: BSD-2-Clause */
/* The distance of Damerau and Levenshtein, in its restricted form: two letters that were
 * exchanged are one mistake. */
#include "check/nearest.h"

#include <string.h>

enum {
	LETTERS_MAX = 63
};

static size_t least(size_t one, size_t other)
{
	return one < other ? one : other;
}

/* Both words have at most LETTERS_MAX letters. */
static size_t count_mistakes(const char *one, const char *other)
{
	size_t rows[LETTERS_MAX + 1][LETTERS_MAX + 1];
	size_t len = strlen(one);
	size_t len_other = strlen(other);
	for (size_t i = 0; i <= len; i++)
		rows[i][0] = i;
	for (size_t j = 0; j <= len_other; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= len; i++)
		for (size_t j = 1; j <= len_other; j++) {
			size_t wrong = one[i - 1] != other[j - 1] ? 1 : 0;
			size_t best = least(rows[i - 1][j], rows[i][j - 1]) + 1;
			best = least(best, rows[i - 1][j - 1] + wrong);
			if (i > 1 && j > 1 && one[i - 1] == other[j - 2] &&
			    one[i - 2] == other[j - 1])
				best = least(best, rows[i - 2][j - 2] + 1);
			rows[i][j] = best;
		}
	return rows[len][len_other];
}

const char *nearest_name(const char *const *names, size_t count, const char *word,
			 size_t most)
{
	const char *nearest = NULL;
	if (strlen(word) > LETTERS_MAX)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		const char *name = names[i];
		size_t mistakes = strlen(name) <= LETTERS_MAX ? count_mistakes(word, name)
							      : most + 1;
		if (mistakes > most || (nearest != NULL && mistakes == most))
			continue;
		nearest = name;
		most = mistakes;
	}
	return nearest;
}
