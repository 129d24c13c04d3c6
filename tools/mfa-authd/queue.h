/* SPDX-License-Identifier: BSD-2-Clause */
/* The connections that wait for a worker: whose turn is next. Users take turns. Pure, but
 * for what the pool asks of the system. */
#pragma once

#include "places.h"
#include "pool.h"

struct queue {
	uint64_t order; /* of the last that came */
};

/* The connection waits for a worker from now on. The second of a user that waits is
 * behind the first of all others that come within as many as there are places, and so on;
 * root's programs are many people's. */
void queue_add(struct queue *queue, const struct places *places,
	       struct connection *connection);

/* How many wait, with the line. */
unsigned queue_count(const struct places *places, const struct connection *line);

/* The first that may have a worker now, the line included; NULL: none. */
struct connection *queue_next(const struct places *places, struct connection *line,
			      const struct pool *pool);
