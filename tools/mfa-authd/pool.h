/* SPDX-License-Identifier: BSD-2-Clause */
/* The workers, and which connection each of them is busy with. */
#pragma once

#include "connection.h"
#include "job.h"
#include "worker.h"

enum {
	POOL_WORKERS = 4
};

struct pool {
	const char *config;
	struct worker_board *boards; /* one for each place; NULL: none is needed */
	struct {
		struct worker worker;
		struct connection *busy_with; /* NULL: idle */
		int64_t given_ms;	      /* when it was given its step */
		bool is_hung; /* it looked for a name for too long, and was ended */
	} places[POOL_WORKERS];
};

/* Makes the workers' boards; without it they never linger. MFA_ERR_NOMEM. */
int pool_begin(struct pool *pool) MFA_MUST_CHECK;

/* Starts what workers are missing. MFA_ERR_NOMEM, MFA_ERR_IO: some could not be; to be
 * tried again. */
int pool_fill(struct pool *pool);

/* Ends them as soon as they are idle. */
void pool_done(struct pool *pool);

/* Ends the workers that hang, with the step that they take, after 10 s in a first step
 * and 60 s in any other; pool_take then finds them. When to ask again: CLOCK_MONOTONIC,
 * INT64_MAX: nobody is busy. */
int64_t pool_end_hung(struct pool *pool);

/* Whether the connection may have a worker now. Where it is is found out only if that
 * matters. */
bool pool_has_turn(const struct pool *pool, struct connection *connection);

/* What a worker is told of the others. */
struct pool_news {
	const struct places *places;
	const struct fold *fold;
	bool may_linger; /* nobody else waits for a worker */
};

/* Gives the connection to an idle worker; false: none is idle. */
bool pool_give(struct pool *pool, struct connection *connection, enum job_kind kind,
	       const struct pool_news *news);

/* Takes back what a worker has done; its socket is readable. The connection that it was
 * busy with, or NULL. A worker that died leaves its connection to be closed; of a first
 * step that hung the module is told. ret_told: what became of its line. */
struct connection *pool_take(struct pool *pool, unsigned place,
			     struct fold_told *ret_told);
