/* SPDX-License-Identifier: BSD-2-Clause */
/* Those for whom there is no place, in syslog: one line at once, and then at most one a
 * minute, which says how many had none. */
#pragma once

#include "places.h"

struct turned_away {
	int64_t next_ms;    /* CLOCK_MONOTONIC: no line before */
	unsigned long more; /* since the last line */
};

/* What there is to say: the text, cut off at size. */
void turned_away_describe(const struct places *places, struct connection *connection,
			  char *ret_text, size_t size);

/* Notes one. true: a line is due now; ret_more: how many had none since the last. */
bool turned_away_is_due(struct turned_away *turned_away, int64_t now_ms,
			unsigned long *ret_more);

/* Notes one, and writes the line if it is due. */
void turned_away_note(struct turned_away *turned_away, const struct places *places,
		      struct connection *connection);
