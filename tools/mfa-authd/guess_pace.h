/* SPDX-License-Identifier: BSD-2-Clause */
/* How fast one source may guess: thirty wrong answers at once, then five a second: the
 * next answers from there wait, at most three seconds each. A pause and no refusal:
 * others behind the same address have to get in. (Lockouts, which are records', are
 * another thing: mfa/lockout.h.) */
#pragma once

#include "source.h"

enum {
	GUESS_PACE_SOURCES = 256
};

struct guess_pace {
	int64_t end_ms; /* when all of all sources has run off */
	struct {
		struct source source;
		int64_t end_ms; /* when all that was counted has run off */
	} sources[GUESS_PACE_SOURCES];
};

/* Counts a wrong answer. */
void guess_pace_count(struct guess_pace *pace, const struct source *source,
		      int64_t now_ms);

/* When the next answer of the source is looked at: now, or a little later. */
int64_t guess_pace_next(const struct guess_pace *pace, const struct source *source,
			int64_t now_ms);
