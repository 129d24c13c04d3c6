/* SPDX-License-Identifier: BSD-2-Clause */
#include "pool.h"

#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

enum {
	/* longer than all locks of a step that others may hold, and a name service that
	 * gives up at last */
	STEP_MS = 60000,
	END_TRIES = 200,
	END_PAUSE_MS = 5,
};

int pool_fill(struct pool *pool)
{
	for (unsigned i = 0; i < POOL_WORKERS; i++) {
		if (pool->places[i].worker.pid != 0)
			continue;
		int err = worker_start(pool->config, &pool->places[i].worker);
		if (err != MFA_OK)
			return err;
	}
	return MFA_OK;
}

/* It ends by itself when its socket is closed. */
static void dismiss(struct worker *worker)
{
	mfa_close_fd(&worker->socket);
	worker->pid = 0;
}

/* Waits for them, but not for one that hangs: who stops the service would kill them. */
void pool_done(struct pool *pool)
{
	for (unsigned i = 0; i < POOL_WORKERS; i++)
		if (pool->places[i].worker.pid != 0)
			dismiss(&pool->places[i].worker);
	for (int i = 0; i < END_TRIES && waitpid(-1, NULL, WNOHANG) >= 0; i++)
		(void)poll(NULL, 0, END_PAUSE_MS);
}

/* Users' programs together have half of the workers, and each user one: a step may take
 * long, as where the name service is asked for what it does not know. */
bool pool_has_turn(const struct pool *pool, const struct connection *connection)
{
	unsigned of_users = 0;
	if (connection->uid == 0)
		return true;
	for (unsigned i = 0; i < POOL_WORKERS; i++) {
		const struct connection *other = pool->places[i].busy_with;
		if (other == NULL || other->uid == 0)
			continue;
		of_users++;
		if (other->uid == connection->uid)
			return false;
	}
	return of_users < POOL_WORKERS / 2;
}

bool pool_give(struct pool *pool, struct connection *connection, enum job_kind kind)
{
	const struct job job = { .kind = kind, .visit = connection->visit };
	for (unsigned i = 0; i < POOL_WORKERS; i++) {
		struct worker *worker = &pool->places[i].worker;
		if (worker->pid == 0 || pool->places[i].busy_with != NULL)
			continue;
		if (job_send(worker->socket, &job, connection->fd, connection->device) !=
		    MFA_OK) {
			dismiss(worker);
			continue;
		}
		mfa_close_fd(&connection->device); /* the worker's now */
		pool->places[i].busy_with = connection;
		pool->places[i].deadline_ms = mfa_monotonic_ms() + STEP_MS;
		return true;
	}
	return false;
}

int64_t pool_end_hung(struct pool *pool)
{
	int64_t next = INT64_MAX;
	int64_t now = mfa_monotonic_ms();
	for (unsigned i = 0; i < POOL_WORKERS; i++) {
		int64_t deadline = pool->places[i].deadline_ms;
		if (pool->places[i].busy_with == NULL)
			continue;
		if (deadline <= now)
			(void)kill(pool->places[i].worker.pid, SIGKILL);
		else if (deadline < next)
			next = deadline;
	}
	return next;
}

struct connection *pool_take(struct pool *pool, unsigned place)
{
	struct job job;
	int none = -1;
	int device = -1;
	struct worker *worker = &pool->places[place].worker;
	struct connection *connection = pool->places[place].busy_with;
	int err = job_receive(worker->socket, &job, &none, &device);
	mfa_close_fd(&none);
	pool->places[place].busy_with = NULL;
	if (err == MFA_OK && connection != NULL) {
		connection->visit = job.visit;
		connection->device = MFA_TAKE_FD(device);
	} else if (connection != NULL) {
		syslog(LOG_AUTHPRIV | LOG_ERR,
		       "worker %ld ended in the middle of a login, which is asked again",
		       (long)worker->pid);
		connection->visit.wait = VISIT_END;
	}
	mfa_close_fd(&device);
	if (err != MFA_OK || job.is_last)
		dismiss(worker);
	return connection;
}
