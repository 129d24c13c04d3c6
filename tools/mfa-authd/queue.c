/* SPDX-License-Identifier: BSD-2-Clause */
#include "queue.h"

static bool is_ready(const struct connection *connection)
{
	return connection->state == CONNECTION_READY;
}

static unsigned count_of_user(const struct places *places, uid_t uid)
{
	unsigned count = 0;
	for (size_t i = 0; uid != 0 && i < places->count; i++)
		count += is_ready(places->connections[i]) &&
			 places->connections[i]->uid == uid;
	return count;
}

void queue_add(struct queue *queue, const struct places *places,
	       struct connection *connection)
{
	uint64_t turns = count_of_user(places, connection->uid);
	connection->state = CONNECTION_READY;
	connection->order = ++queue->order + turns * PLACES_MAX;
}

unsigned queue_count(const struct places *places, const struct connection *line)
{
	unsigned count = is_ready(line);
	for (size_t i = 0; i < places->count; i++)
		count += is_ready(places->connections[i]);
	return count;
}

struct connection *queue_next(const struct places *places, struct connection *line,
			      const struct pool *pool)
{
	struct connection *first = NULL;
	for (size_t i = 0; i < places->count + 1; i++) {
		struct connection *next =
			i < places->count ? places->connections[i] : line;
		if (is_ready(next) && pool_has_turn(pool, next) &&
		    (first == NULL || next->order < first->order))
			first = next;
	}
	return first;
}
