/* SPDX-License-Identifier: BSD-2-Clause */
#include "parent.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "channel.h"
#include "folded_line.h"
#include "queue.h"
#include "sweeper.h"
#include "throttle.h"
#include "turned_away.h"

enum {
	DRAIN_MS = 30000,
	RETRY_MS = 200, /* after a worker could not be started */
	AT_SIGNALS = 0,
	AT_LISTENER = 1,
	AT_WORKERS = 2,
	AT_CONNECTIONS = AT_WORKERS + POOL_WORKERS,
	POLLS_MAX = AT_CONNECTIONS + 2 * PLACES_MAX,
};

struct parent {
	int signals;
	int listener;
	bool is_draining;
	int64_t drain_end_ms;
	struct queue queue;
	struct sweeper sweeper;
	struct pool pool;
	struct throttle throttle;
	struct turned_away turned_away;
	struct places places;
	struct fold fold;
	struct folded_line line;
	/* of the poll under way */
	size_t polled; /* connections that it has */
	struct pollfd polls[POLLS_MAX];
};

static void end_connection(struct parent *parent, struct connection **connection)
{
	sweeper_close(&parent->sweeper, &(*connection)->fd);
	connection_free(connection);
}

/* Instead of the greeting: without either the program would wait. */
static void refuse_for_load(struct parent *parent, struct connection **connection)
{
	(void)mfa_packet_send((*connection)->fd, MFA_AUTHD_FULL,
			      (struct mfa_span){ NULL, 0 }, 0);
	end_connection(parent, connection);
}

static bool is_polled(const struct connection *connection)
{
	return connection->state == CONNECTION_WAITS &&
	       connection->not_before_ms <= mfa_monotonic_ms();
}

/* The module has begun by then, as a rule. */
static void accept_one(struct parent *parent)
{
	struct connection *connection = NULL;
	if (connection_accept(parent->listener, &connection) != MFA_OK)
		return;
	if (!places_have_one(&parent->places, connection) ||
	    !throttle_admit(&parent->throttle, connection)) {
		turned_away_note(&parent->turned_away, &parent->places, connection);
		refuse_for_load(parent, &connection);
		return;
	}
	channel_greet(connection->fd);
	parent->places.connections[parent->places.count++] = connection;
	if (is_polled(connection) && connection_has_message(connection))
		queue_add(&parent->queue, &parent->places, connection);
}

/* A planned restart: those who think are asked nothing twice, as the module connects to
 * the next service with the answer; and so it does with a login that has not begun. */
static bool is_abandoned(const struct parent *parent, const struct connection *connection)
{
	enum visit_wait wait = connection->visit.wait;
	bool is_waiting = connection->state == CONNECTION_WAITS && wait != VISIT_DEVICE;
	return wait == VISIT_END ||
	       (parent->is_draining && (is_waiting || wait == VISIT_BEGIN));
}

static void remove_ended(struct parent *parent)
{
	size_t kept = 0;
	for (size_t i = 0; i < parent->places.count; i++) {
		struct connection *connection = parent->places.connections[i];
		bool is_worked = connection->state == CONNECTION_WORKED;
		if (!is_worked && is_abandoned(parent, connection))
			end_connection(parent, &connection);
		else
			parent->places.connections[kept++] = connection;
	}
	parent->places.count = kept;
}

static enum job_kind kind_of_job(const struct connection *connection)
{
	if (connection_has_message(connection))
		return JOB_MESSAGE;
	bool is_late = connection->deadline_ms <= mfa_monotonic_ms();
	struct pollfd device = { .fd = connection->device, .events = POLLIN };
	if (connection->visit.wait == VISIT_DEVICE &&
	    (is_late || (device.fd >= 0 && poll(&device, 1, 0) > 0)))
		return JOB_DEVICE;
	return JOB_GONE;
}

/* Of a module that has gone no login is begun: it has taken its login elsewhere. */
static bool drop_if_gone(struct connection *connection)
{
	struct pollfd one = { .fd = connection->fd, .events = POLLRDHUP };
	if (connection->visit.wait != VISIT_BEGIN || connection->fd < 0 ||
	    poll(&one, 1, 0) <= 0)
		return false;
	connection->visit.wait = VISIT_END;
	connection->state = CONNECTION_WAITS;
	return true;
}

/* A worker may linger where nobody waits for it, and no answer has to wait. */
static void give_out_work(struct parent *parent)
{
	struct pool_news news = { &parent->places, &parent->fold, false };
	for (;;) {
		struct connection *next = queue_next(
			&parent->places, &parent->line.connection, &parent->pool);
		if (next == NULL)
			return;
		if (drop_if_gone(next))
			continue;
		enum job_kind kind =
			next == &parent->line.connection ? JOB_LINE : kind_of_job(next);
		next->is_answered = false;
		news.may_linger =
			queue_count(&parent->places, &parent->line.connection) == 1 &&
			throttle_is_quiet(&parent->throttle);
		if (!pool_give(&parent->pool, next, kind, &news))
			return;
		next->state = CONNECTION_WORKED;
	}
}

static void take_back(struct parent *parent, unsigned place)
{
	struct fold_told told;
	struct connection *connection = pool_take(&parent->pool, place, &told);
	if (connection == &parent->line.connection) {
		folded_line_end(&parent->line, &parent->fold, &told);
		return;
	}
	if (connection == NULL)
		return;
	folded_line_count(&parent->fold, &told, &connection->visit);
	throttle_note(&parent->throttle, connection);
	connection->state = CONNECTION_WAITS;
	connection_set_deadline(connection);
}

/* Nothing has been begun that would have to be concluded. */
static bool is_over_silently(const struct connection *connection)
{
	return connection->visit.wait == VISIT_BEGIN ||
	       connection->visit.wait == VISIT_VERDICT;
}

static void look_at(struct parent *parent, struct connection *connection,
		    const struct pollfd *polls)
{
	bool is_late = connection->deadline_ms <= mfa_monotonic_ms();
	bool has_event = polls[0].revents != 0 || polls[1].revents != 0;
	if (connection->state != CONNECTION_WAITS || (!is_late && !has_event))
		return;
	bool has_message = connection_has_message(connection);
	if (!has_message && is_over_silently(connection))
		connection->visit.wait = VISIT_END;
	else if (!has_message || !throttle_delays(&parent->throttle, connection))
		queue_add(&parent->queue, &parent->places, connection);
}

/* Children are reaped; workers that have died are seen by their sockets. */
static void take_signals(struct parent *parent)
{
	struct signalfd_siginfo signal;
	while (read(parent->signals, &signal, sizeof signal) == (ssize_t)sizeof signal) {
		if (signal.ssi_signo == SIGCHLD || parent->is_draining)
			continue;
		parent->is_draining = true;
		parent->drain_end_ms = mfa_monotonic_ms() + DRAIN_MS;
	}
	while (waitpid(-1, NULL, WNOHANG) > 0)
		continue;
}

static int64_t wake_time(const struct connection *connection)
{
	bool is_paced = connection->not_before_ms > mfa_monotonic_ms();
	return is_paced ? connection->not_before_ms : connection->deadline_ms;
}

static int timeout_of(struct parent *parent, bool is_full)
{
	int64_t end = pool_end_hung(&parent->pool);
	int64_t now = mfa_monotonic_ms();
	if (parent->is_draining && parent->drain_end_ms < end)
		end = parent->drain_end_ms;
	if (!parent->line.is_there && fold_next(&parent->fold) < end)
		end = fold_next(&parent->fold);
	for (size_t i = 0; i < parent->places.count; i++) {
		const struct connection *connection = parent->places.connections[i];
		if (connection->state == CONNECTION_WAITS && wake_time(connection) < end)
			end = wake_time(connection);
	}
	if (!is_full && end > now + RETRY_MS)
		end = now + RETRY_MS;
	if (end == INT64_MAX)
		return -1;
	return end <= now ? 0 : (int)(end - now);
}

static void prepare_polls(struct parent *parent)
{
	struct pollfd *polls = parent->polls;
	polls[AT_SIGNALS] = (struct pollfd){ .fd = parent->signals, .events = POLLIN };
	polls[AT_LISTENER] =
		(struct pollfd){ .fd = parent->is_draining ? -1 : parent->listener,
				 .events = POLLIN };
	for (unsigned i = 0; i < POOL_WORKERS; i++) {
		const struct worker *worker = &parent->pool.places[i].worker;
		polls[AT_WORKERS + i] =
			(struct pollfd){ .fd = worker->pid != 0 ? worker->socket : -1,
					 .events = POLLIN };
	}
	parent->polled = parent->places.count;
	for (size_t i = 0; i < parent->places.count; i++) {
		const struct connection *connection = parent->places.connections[i];
		bool is_on = is_polled(connection);
		struct pollfd *pair = &polls[AT_CONNECTIONS + 2 * i];
		pair[0] = (struct pollfd){ .fd = is_on ? connection->fd : -1,
					   .events = POLLIN | POLLRDHUP };
		pair[1] = (struct pollfd){ .fd = is_on && connection->visit.wait ==
									 VISIT_DEVICE
							 ? connection->device
							 : -1,
					   .events = POLLIN };
	}
}

static void serve_once(struct parent *parent)
{
	bool is_full = pool_fill(&parent->pool) == MFA_OK;
	prepare_polls(parent);
	if (poll(parent->polls, AT_CONNECTIONS + 2 * parent->polled,
		 timeout_of(parent, is_full)) < 0 &&
	    errno != EINTR)
		(void)poll(NULL, 0, RETRY_MS);
	if (parent->polls[AT_SIGNALS].revents != 0)
		take_signals(parent);
	for (unsigned i = 0; i < POOL_WORKERS; i++)
		if (parent->polls[AT_WORKERS + i].revents != 0)
			take_back(parent, i);
	for (size_t i = 0; i < parent->polled; i++)
		look_at(parent, parent->places.connections[i],
			&parent->polls[AT_CONNECTIONS + 2 * i]);
	if (parent->polls[AT_LISTENER].revents != 0)
		accept_one(parent);
	if (folded_line_take(&parent->line, &parent->fold, parent->is_draining))
		queue_add(&parent->queue, &parent->places, &parent->line.connection);
	remove_ended(parent);
	give_out_work(parent);
}

static int open_signals(struct mfa_diag *diag, int *ret_fd)
{
	sigset_t signals;
	(void)sigemptyset(&signals);
	(void)sigaddset(&signals, SIGTERM);
	(void)sigaddset(&signals, SIGINT);
	(void)sigaddset(&signals, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, &signals, NULL);
	*ret_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	return *ret_fd >= 0 ? MFA_OK
			    : mfa_fail_errno(diag, errno, "cannot wait for signals");
}

static bool is_finished(const struct parent *parent)
{
	bool is_idle = parent->places.count == 0 && !parent->line.is_there;
	return parent->is_draining &&
	       (is_idle || parent->drain_end_ms <= mfa_monotonic_ms());
}

int parent_serve(int listener, const char *config, struct mfa_diag *diag)
{
	struct parent *parent = calloc(1, sizeof *parent);
	if (parent == NULL)
		return mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
	parent->listener = listener;
	parent->pool.config = config;
	int err = open_signals(diag, &parent->signals);
	if (err == MFA_OK && pool_begin(&parent->pool) != MFA_OK)
		err = mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
	while (err == MFA_OK && !is_finished(parent))
		serve_once(parent);
	for (size_t i = 0; i < parent->places.count; i++)
		end_connection(parent, &parent->places.connections[i]);
	sweeper_done(&parent->sweeper);
	pool_done(&parent->pool);
	free(parent);
	return err;
}
