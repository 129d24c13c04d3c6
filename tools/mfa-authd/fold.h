/* SPDX-License-Identifier: BSD-2-Clause */
/* Refusals that repeat, and that a record does not count. Of lines that are the same but
 * for their time five are written in a minute; then workers hold them back, and one line
 * with their number follows when the minute is over. The service keeps the numbers:
 * kill -9 loses those of a minute. Pure. */
#pragma once

#include "visit.h"

enum {
	FOLD_HASH_SIZE = 16,
	FOLD_MAX = 64, /* lines that are counted at once; more are all written */
	FOLD_AT_ONCE = 5,
	FOLD_MS = 60000,
};

/* What a line says, without its time. */
struct fold_key {
	unsigned char hash[FOLD_HASH_SIZE];
};

/* The lines to be held back, for a worker. */
struct fold_list {
	unsigned count;
	struct fold_key keys[FOLD_MAX];
};

/* What a worker has done with a line that may be held back. */
enum fold_done {
	FOLD_NOTHING = 0, /* there was none */
	FOLD_WRITTEN,
	FOLD_HELD,
};

struct fold_told {
	enum fold_done done;
	struct fold_key key;
	int64_t time; /* seconds since 1970 */
};

/* Those for which one line stands. */
struct fold_repeats {
	uint32_t count;
	int64_t since; /* the first of them */
	bool is_last;  /* the service ends: there is no later time to write the line */
};

/* A line that stands for others, and says what the first of them would have. */
struct fold_line {
	struct fold_key key;
	struct fold_repeats repeats;
	struct visit visit;
};

struct fold {
	size_t count;
	struct fold_entry {
		struct fold_key key;
		int64_t end_ms; /* of its minute */
		unsigned written;
		struct fold_line line; /* of those that were held back */
	} entries[FOLD_MAX];
};

bool fold_has(const struct fold_list *list, const struct fold_key *key);

/* The lines that are to be held back now. */
void fold_list(const struct fold *fold, struct fold_list *ret_list);

/* Counts a line of a visit. false: it was held back, and there is no room to count it. */
bool fold_count(struct fold *fold, const struct fold_told *told,
		const struct visit *visit, int64_t now_ms) MFA_MUST_CHECK;

/* When the first minute is over; INT64_MAX: nothing is counted. */
int64_t fold_next(const struct fold *fold);

/* Takes a line that is due now, or any at all; false: there is none. Its minute begins
 * anew, in which lines are held back from the start. */
bool fold_take(struct fold *fold, int64_t now_ms, bool is_last,
	       struct fold_line *ret_line);

/* A line that was taken could not be written: it is due again at the end of its new
 * minute. false: there is no room for it. */
bool fold_put_back(struct fold *fold, const struct fold_line *line, int64_t now_ms)
	MFA_MUST_CHECK;
