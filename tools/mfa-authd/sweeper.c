/* SPDX-License-Identifier: BSD-2-Clause */
#include "sweeper.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "job.h"
#include "mfa/descriptors.h"
#include "mfa/log.h"

enum {
	SOCKET = STDERR_FILENO + 1 /* in the sweeper */
};

_Noreturn static void sweep(int socket)
{
	sigset_t none;
	(void)sigemptyset(&none);
	mfa_log_close();
	(void)prctl(PR_SET_NAME, "mfa-authd-sweep"); /* it is no worker */
	if ((socket != SOCKET && dup2(socket, SOCKET) != SOCKET) ||
	    mfa_close_from(SOCKET + 1) != MFA_OK ||
	    sigprocmask(SIG_SETMASK, &none, NULL) != 0)
		_exit(1);
	for (;;) {
		struct job nothing;
		int fd = -1;
		int unused = -1;
		if (job_receive(SOCKET, &nothing, &fd, &unused) != MFA_OK)
			_exit(0);
		mfa_close_fd(&fd);
	}
}

static void start(struct sweeper *sweeper)
{
	int ends[2];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return;
	(void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
	pid_t pid = fork();
	if (pid == 0)
		sweep(ends[1]);
	(void)close(ends[1]);
	if (pid < 0)
		(void)close(ends[0]);
	else
		*sweeper = (struct sweeper){ .pid = pid, .socket = ends[0] };
}

void sweeper_done(struct sweeper *sweeper)
{
	if (sweeper->pid == 0)
		return;
	(void)kill(sweeper->pid, SIGKILL);
	mfa_close_fd(&sweeper->socket);
	sweeper->pid = 0;
}

/* false: it hangs, or could not be started. */
static bool give(struct sweeper *sweeper, int connection)
{
	const struct job nothing = { .kind = JOB_GONE };
	if (sweeper->pid == 0)
		start(sweeper);
	return sweeper->pid != 0 &&
	       job_send(sweeper->socket, &nothing, connection, -1) == MFA_OK;
}

/* Nobody can send any more, and there is a message that nobody has read. */
static bool has_rest(int connection)
{
	int size = 0;
	(void)shutdown(connection, SHUT_RDWR);
	return ioctl(connection, FIONREAD, &size) != 0 || size > 0;
}

void sweeper_close(struct sweeper *sweeper, int *connection)
{
	if (*connection >= 0 && has_rest(*connection) && !give(sweeper, *connection)) {
		sweeper_done(sweeper); /* with it goes all that it was given */
		(void)give(sweeper, *connection);
	}
	mfa_close_fd(connection);
}
