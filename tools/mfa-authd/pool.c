/* SPDX-License-Identifier: BSD-2-Clause */
#include "pool.h"

#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include "channel.h"
#include "mfa/log.h"

enum {
	/* longer than all locks of a step that others may hold, and a name service that
	 * gives up at last */
	STEP_MS = 60000,
	/* a first step, in which nothing is counted: so long a name may be looked for */
	LOOK_UP_MS = 10000,
	LOOK_UPS_MAX = POOL_WORKERS / 2,
	LOOK_UPS_OF_USERS = LOOK_UPS_MAX / 2,
	END_TRIES = 200,
	END_PAUSE_MS = 5,
};

int pool_begin(struct pool *pool)
{
	void *memory = mmap(NULL, POOL_WORKERS * sizeof *pool->boards,
			    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return MFA_ERR_NOMEM;
	pool->boards = memory;
	return MFA_OK;
}

static struct worker_board *board_of(const struct pool *pool, unsigned place)
{
	return pool->boards != NULL ? &pool->boards[place] : NULL;
}

int pool_fill(struct pool *pool)
{
	for (unsigned i = 0; i < POOL_WORKERS; i++) {
		if (pool->places[i].worker.pid != 0)
			continue;
		int err = worker_start(pool->config, board_of(pool, i),
				       &pool->places[i].worker);
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

/* Of the workers that are busy. */
struct census {
	unsigned all;
	unsigned look_ups; /* not known to be of people at this machine */
	unsigned look_ups_of_users;
	unsigned of_users;
	bool has_same_user;
};

static struct census count_busy(const struct pool *pool, uid_t uid)
{
	struct census census = { 0 };
	for (unsigned i = 0; i < POOL_WORKERS; i++) {
		const struct connection *other = pool->places[i].busy_with;
		if (other == NULL)
			continue;
		census.all++;
		bool is_look_up = other->visit.wait == VISIT_BEGIN &&
				  other->where != CONNECTION_HERE;
		census.look_ups += is_look_up;
		census.look_ups_of_users += is_look_up && other->uid != 0;
		census.of_users += other->uid != 0;
		census.has_same_user = census.has_same_user || other->uid == uid;
	}
	return census;
}

static bool has_look_up(const struct census *busy, const struct connection *connection)
{
	return busy->look_ups < LOOK_UPS_MAX &&
	       (connection->uid == 0 || busy->look_ups_of_users < LOOK_UPS_OF_USERS);
}

/* Each user has one worker, and users' programs elsewhere together have half of them. A
 * first step asks the name service, which may hang at a name that it does not know:
 * people at this machine wait for none of these, and root's programs elsewhere for none
 * of users'. */
bool pool_has_turn(const struct pool *pool, struct connection *connection)
{
	struct census busy = count_busy(pool, connection->uid);
	bool is_look_up = connection->visit.wait == VISIT_BEGIN;
	bool is_users = connection->uid != 0;
	if (is_users && busy.has_same_user)
		return false;
	if (busy.all < POOL_WORKERS - 1 &&
	    (!is_users || busy.of_users < POOL_WORKERS / 2) &&
	    (!is_look_up || has_look_up(&busy, connection)))
		return true;
	return connection_is_here(connection);
}

/* Whether a name is being looked for. A worker that lingers has done that. */
static bool is_looking_up(const struct pool *pool, unsigned place)
{
	const struct worker_board *board = board_of(pool, place);
	return pool->places[place].busy_with->visit.wait == VISIT_BEGIN &&
	       (board == NULL || atomic_load(&board->state) != BOARD_ANSWERING);
}

static int64_t deadline_of(const struct pool *pool, unsigned place)
{
	return pool->places[place].given_ms +
	       (is_looking_up(pool, place) ? LOOK_UP_MS : STEP_MS);
}

bool pool_give(struct pool *pool, struct connection *connection, enum job_kind kind,
	       const struct pool_news *news)
{
	struct job job = { .kind = kind,
			   .visit = connection->visit,
			   .line = connection->repeats,
			   .may_linger = news->may_linger };
	fold_list(news->fold, &job.held);
	if (connection->visit.wait == VISIT_BEGIN)
		crowd_find(news->places, &job.crowd);
	for (unsigned i = 0; i < POOL_WORKERS; i++) {
		struct worker *worker = &pool->places[i].worker;
		if (worker->pid == 0 || pool->places[i].busy_with != NULL)
			continue;
		if (pool->boards != NULL)
			atomic_store(&pool->boards[i].state, BOARD_LOOKING_UP);
		if (job_send(worker->socket, &job, connection->fd, connection->device) !=
		    MFA_OK) {
			dismiss(worker);
			continue;
		}
		mfa_close_fd(&connection->device); /* the worker's now */
		pool->places[i].busy_with = connection;
		pool->places[i].is_hung = false;
		pool->places[i].given_ms = mfa_monotonic_ms();
		return true;
	}
	return false;
}

/* false: it has an answer since, which may count. What is condemned takes none. */
static bool condemn(const struct pool *pool, unsigned place)
{
	struct worker_board *board = board_of(pool, place);
	return board == NULL || worker_board_leave(board, BOARD_CONDEMNED) ||
	       atomic_load(&board->state) == BOARD_CONDEMNED;
}

/* false: it goes on, with an answer, and has longer for that. */
static bool end_worker(struct pool *pool, unsigned place)
{
	bool was_looking_up = is_looking_up(pool, place);
	if (was_looking_up && !condemn(pool, place))
		return false;
	pool->places[place].is_hung = was_looking_up;
	(void)kill(pool->places[place].worker.pid, SIGKILL);
	return true;
}

int64_t pool_end_hung(struct pool *pool)
{
	int64_t next = INT64_MAX;
	int64_t now = mfa_monotonic_ms();
	for (unsigned i = 0; i < POOL_WORKERS; i++) {
		if (pool->places[i].busy_with == NULL)
			continue;
		if (deadline_of(pool, i) <= now && end_worker(pool, i))
			continue;
		if (deadline_of(pool, i) < next)
			next = deadline_of(pool, i);
	}
	return next;
}

/* A first step that hung is answered, as it would hang again. Any other is asked for anew
 * by the module: it is not known whether the answer has counted. */
static void leave_step(bool is_hung, pid_t worker, struct connection *connection)
{
	const struct mfa_peer *peer = &connection->visit.facts.peer;
	connection->visit.wait = VISIT_END;
	if (connection->fd < 0) /* a line for many: see the parent */
		return;
	if (!is_hung) {
		mfa_log(LOG_ERR,
			"worker %ld ended in the middle of a login, which is asked again",
			(long)worker);
		return;
	}
	mfa_log(LOG_ERR,
		"the name service did not answer within %d s (see nsswitch.conf): the "
		"login of process %ld, user id %u, is refused",
		LOOK_UP_MS / 1000, (long)peer->pid, (unsigned)connection->uid);
	channel_refuse(connection->fd);
}

struct connection *pool_take(struct pool *pool, unsigned place,
			     struct fold_told *ret_told)
{
	struct job job;
	int none = -1;
	int device = -1;
	struct worker *worker = &pool->places[place].worker;
	struct connection *connection = pool->places[place].busy_with;
	int err = job_receive(worker->socket, &job, &none, &device);
	mfa_close_fd(&none);
	pool->places[place].busy_with = NULL;
	*ret_told = err == MFA_OK ? job.told : (struct fold_told){ .done = FOLD_NOTHING };
	if (err == MFA_OK && connection != NULL) {
		connection->visit = job.visit;
		connection->is_answered = job.is_answered;
		connection->device = MFA_TAKE_FD(device);
	} else if (connection != NULL) {
		leave_step(pool->places[place].is_hung, worker->pid, connection);
	}
	mfa_close_fd(&device);
	if (err != MFA_OK || job.is_last)
		dismiss(worker);
	return connection;
}
