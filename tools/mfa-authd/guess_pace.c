/* SPDX-License-Identifier: BSD-2-Clause */
#include "guess_pace.h"

enum {
	INTERVAL_MS = 200,
	AT_ONCE = 30,
	PAUSE_MS = 3000,
};

/* The source's place; else the one that runs off first. */
static unsigned find_place(const struct guess_pace *pace, const struct source *source)
{
	unsigned oldest = 0;
	for (unsigned i = 0; i < GUESS_PACE_SOURCES; i++) {
		if (source_is_same(&pace->sources[i].source, source))
			return i;
		if (pace->sources[i].end_ms < pace->sources[oldest].end_ms)
			oldest = i;
	}
	return oldest;
}

/* What was counted runs off soon after the last guess: nobody pays for long. */
void guess_pace_count(struct guess_pace *pace, const struct source *source,
		      int64_t now_ms)
{
	int64_t most = now_ms + (int64_t)INTERVAL_MS * AT_ONCE + PAUSE_MS;
	if (!source_is_known(source))
		return;
	unsigned place = find_place(pace, source);
	bool is_there = source_is_same(&pace->sources[place].source, source);
	int64_t end = is_there ? pace->sources[place].end_ms : 0;
	end = (end > now_ms ? end : now_ms) + INTERVAL_MS;
	pace->sources[place].source = *source;
	pace->sources[place].end_ms = end < most ? end : most;
	if (pace->sources[place].end_ms > pace->end_ms)
		pace->end_ms = pace->sources[place].end_ms;
}

int64_t guess_pace_next(const struct guess_pace *pace, const struct source *source,
			int64_t now_ms)
{
	unsigned place = find_place(pace, source);
	if (!source_is_known(source) ||
	    !source_is_same(&pace->sources[place].source, source))
		return now_ms;
	int64_t at = pace->sources[place].end_ms - (int64_t)INTERVAL_MS * (AT_ONCE - 1);
	return at > now_ms ? at : now_ms;
}
