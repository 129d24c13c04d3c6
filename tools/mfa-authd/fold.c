/* SPDX-License-Identifier: BSD-2-Clause */
#include "fold.h"

#include <string.h>

static bool is_same(const struct fold_key *one, const struct fold_key *other)
{
	return memcmp(one->hash, other->hash, sizeof one->hash) == 0;
}

bool fold_has(const struct fold_list *list, const struct fold_key *key)
{
	for (unsigned i = 0; i < list->count; i++)
		if (is_same(&list->keys[i], key))
			return true;
	return false;
}

static bool is_full(const struct fold_entry *entry)
{
	return entry->written >= FOLD_AT_ONCE;
}

void fold_list(const struct fold *fold, struct fold_list *ret_list)
{
	ret_list->count = 0;
	for (size_t i = 0; i < fold->count; i++)
		if (is_full(&fold->entries[i]))
			ret_list->keys[ret_list->count++] = fold->entries[i].key;
}

static void remove_entry(struct fold *fold, size_t at)
{
	fold->entries[at] = fold->entries[--fold->count];
}

/* Makes room: of what is not held back the one that began first goes. */
static void remove_oldest(struct fold *fold)
{
	size_t oldest = FOLD_MAX;
	for (size_t i = 0; i < fold->count; i++)
		if (!is_full(&fold->entries[i]) &&
		    (oldest == FOLD_MAX ||
		     fold->entries[i].end_ms < fold->entries[oldest].end_ms))
			oldest = i;
	if (oldest != FOLD_MAX)
		remove_entry(fold, oldest);
}

static struct fold_entry *find_entry(struct fold *fold, const struct fold_key *key,
				     int64_t now_ms)
{
	for (size_t i = 0; i < fold->count; i++)
		if (is_same(&fold->entries[i].key, key))
			return &fold->entries[i];
	if (fold->count == FOLD_MAX)
		remove_oldest(fold);
	if (fold->count == FOLD_MAX)
		return NULL;
	struct fold_entry *entry = &fold->entries[fold->count++];
	entry->key = *key;
	entry->end_ms = now_ms + FOLD_MS;
	entry->written = 0;
	entry->line.repeats.count = 0;
	return entry;
}

/* Of a minute that is over and in which nothing was held back. */
static void forget_old(struct fold *fold, int64_t now_ms)
{
	for (size_t i = fold->count; i > 0; i--)
		if (fold->entries[i - 1].end_ms <= now_ms &&
		    fold->entries[i - 1].line.repeats.count == 0)
			remove_entry(fold, i - 1);
}

bool fold_count(struct fold *fold, const struct fold_told *told,
		const struct visit *visit, int64_t now_ms)
{
	forget_old(fold, now_ms);
	struct fold_entry *entry = find_entry(fold, &told->key, now_ms);
	if (entry == NULL)
		return told->done != FOLD_HELD;
	if (told->done != FOLD_HELD) {
		entry->written++;
		return true;
	}
	entry->written = FOLD_AT_ONCE;
	if (entry->line.repeats.count++ == 0) {
		entry->line.repeats.since = told->time;
		entry->line.visit = *visit;
	}
	return true;
}

int64_t fold_next(const struct fold *fold)
{
	int64_t next = INT64_MAX;
	for (size_t i = 0; i < fold->count; i++)
		if (fold->entries[i].end_ms < next)
			next = fold->entries[i].end_ms;
	return next;
}

bool fold_take(struct fold *fold, int64_t now_ms, bool is_last,
	       struct fold_line *ret_line)
{
	forget_old(fold, now_ms);
	for (size_t i = 0; i < fold->count; i++) {
		struct fold_entry *entry = &fold->entries[i];
		if (entry->line.repeats.count == 0 ||
		    (!is_last && entry->end_ms > now_ms))
			continue;
		*ret_line = entry->line;
		ret_line->key = entry->key;
		ret_line->repeats.is_last = is_last;
		entry->line.repeats.count = 0;
		entry->end_ms = now_ms + FOLD_MS;
		return true;
	}
	return false;
}

/* What was held back meanwhile is later. */
bool fold_put_back(struct fold *fold, const struct fold_line *line, int64_t now_ms)
{
	struct fold_entry *entry = find_entry(fold, &line->key, now_ms);
	if (entry == NULL)
		return false;
	uint32_t later = entry->line.repeats.count;
	entry->written = FOLD_AT_ONCE;
	entry->line = *line;
	entry->line.repeats.count += later;
	return true;
}
