/* SPDX-License-Identifier: BSD-2-Clause */
#include "worker.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "desk.h"
#include "hold.h"
#include "job.h"
#include "mfa/descriptors.h"
#include "mfa/log.h"
#include "steps.h"

enum {
	SOCKET = STDERR_FILENO + 1, /* in the worker */
	IDLE_MS = 30000,
	LINGER_MS = 1,
	JOBS_MAX = 1000, /* then another takes its place, should memory have leaked */
};

static void take_step(struct desk *desk, struct job *job)
{
	switch (job->kind) {
	case JOB_MESSAGE:
		steps_message(desk, &job->visit);
		break;
	case JOB_DEVICE:
		steps_device(desk, &job->visit);
		break;
	case JOB_GONE:
		steps_gone(desk, &job->visit);
		break;
	case JOB_LINE:
		hold_write(desk, &job->visit, &job->line);
		break;
	}
}

/* A worker that has nothing to do for a while keeps no key. */
static void wait_for_job(struct desk *desk)
{
	struct pollfd one = { .fd = SOCKET, .events = POLLIN };
	if (poll(&one, 1, IDLE_MS) == 0) {
		mfa_site_done(&desk->site);
		desk->site = (struct mfa_site){ .config = NULL };
	}
}

/* Whether the module has gone on meanwhile. */
static bool goes_on(const struct desk *desk, const struct job *job)
{
	struct pollfd one = { .fd = desk->connection, .events = POLLIN | POLLRDHUP };
	bool is_waiting =
		job->visit.wait == VISIT_REPLY || job->visit.wait == VISIT_VERDICT;
	return job->may_linger && is_waiting && poll(&one, 1, LINGER_MS) > 0;
}

bool worker_board_leave(struct worker_board *board, enum board_state state)
{
	int expected = BOARD_LOOKING_UP;
	return atomic_compare_exchange_strong(&board->state, &expected, (int)state);
}

/* The step, and the answer to its first question if that comes at once, and the end of
 * the connection behind a verdict. What is asked again has its pace, which is the
 * parent's. */
static void take_steps(struct desk *desk, struct worker_board *board, struct job *job)
{
	bool is_first = job->visit.wait == VISIT_BEGIN;
	job->is_answered = job->kind == JOB_MESSAGE && job->visit.wait == VISIT_REPLY;
	take_step(desk, job);
	if (board == NULL)
		return;
	if (is_first && job->visit.wait == VISIT_REPLY && goes_on(desk, job) &&
	    worker_board_leave(board, BOARD_ANSWERING)) {
		job->is_answered = true;
		steps_message(desk, &job->visit);
	}
	if (job->visit.wait == VISIT_VERDICT && goes_on(desk, job))
		steps_message(desk, &job->visit);
}

static bool take_job(struct desk *desk, struct worker_board *board, unsigned number)
{
	struct job job;
	int device = -1;
	wait_for_job(desk);
	if (job_receive(SOCKET, &job, &desk->connection, &device) != MFA_OK)
		return false;
	job.visit.session.channel = device;
	desk->crowd = job.crowd;
	desk->held = job.held;
	desk->told = (struct fold_told){ .done = FOLD_NOTHING };
	take_steps(desk, board, &job);
	job.told = desk->told;
	bool has_session = job.visit.session.ops != NULL;
	job.is_last = desk->is_worn || number >= JOBS_MAX;
	int err =
		job_send(SOCKET, &job, -1, has_session ? job.visit.session.channel : -1);
	if (has_session)
		mfa_close_fd(&job.visit.session.channel);
	mfa_close_fd(&desk->connection);
	mfa_wipe(&job, sizeof job);
	return err == MFA_OK && !job.is_last;
}

_Noreturn static void work(const char *config, struct worker_board *board, int socket)
{
	struct desk desk;
	sigset_t none;
	(void)sigemptyset(&none);
	mfa_log_close(); /* its descriptor is about to be closed */
	if ((socket != SOCKET && dup2(socket, SOCKET) != SOCKET) ||
	    mfa_close_from(SOCKET + 1) != MFA_OK ||
	    sigprocmask(SIG_SETMASK, &none, NULL) != 0 ||
	    desk_begin(config, false, &desk) != MFA_OK)
		_exit(1);
	for (unsigned number = 1; take_job(&desk, board, number); number++)
		continue;
	desk_done(&desk);
	_exit(0);
}

int worker_start(const char *config, struct worker_board *board,
		 struct worker *ret_worker)
{
	int ends[2];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return mfa_err_from_errno(errno);
	pid_t pid = fork();
	if (pid == 0)
		work(config, board, ends[1]);
	(void)close(ends[1]);
	if (pid < 0) {
		(void)close(ends[0]);
		return MFA_ERR_NOMEM;
	}
	*ret_worker = (struct worker){ .pid = pid, .socket = ends[0] };
	return MFA_OK;
}
