/* SPDX-License-Identifier: BSD-2-Clause */
#include "crowd.h"

#include <string.h>

static bool is_waiting(const struct connection *connection)
{
	enum visit_wait wait = connection->visit.wait;
	return connection->uid == 0 && (wait == VISIT_REPLY || wait == VISIT_DEVICE) &&
	       source_is_known(&connection->visit.facts.source);
}

static size_t list_waiting(const struct places *places,
			   const struct source *ret_sources[static PLACES_MAX])
{
	size_t count = 0;
	for (size_t i = 0; i < places->count; i++)
		if (is_waiting(places->connections[i]))
			ret_sources[count++] =
				&places->connections[i]->visit.facts.source;
	return count;
}

static unsigned count_same(const struct source *const *sources, size_t count,
			   const struct source *source)
{
	unsigned same = 0;
	for (size_t i = 0; i < count; i++)
		same += source_is_same(sources[i], source);
	return same;
}

/* Most of the time so few wait that nobody has to be compared. */
void crowd_find(const struct places *places, struct crowd *ret_crowd)
{
	const struct source *sources[PLACES_MAX];
	size_t count = list_waiting(places, sources);
	ret_crowd->count = 0;
	if (count < CROWD_WAITING_TERMINAL)
		return;
	for (size_t i = 0; i < count && ret_crowd->count < CROWD_MAX; i++) {
		const struct source *source = sources[i];
		unsigned most =
			source->is_terminal ? CROWD_WAITING_TERMINAL : CROWD_WAITING;
		if (count < most || crowd_has(ret_crowd, source) ||
		    count_same(sources, count, source) < most)
			continue;
		memcpy(ret_crowd->hashes[ret_crowd->count++], source->hash,
		       sizeof source->hash);
	}
}

bool crowd_has(const struct crowd *crowd, const struct source *source)
{
	for (unsigned i = 0; i < crowd->count; i++)
		if (memcmp(crowd->hashes[i], source->hash, sizeof source->hash) == 0)
			return true;
	return false;
}
