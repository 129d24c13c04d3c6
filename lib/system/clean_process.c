/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/clean_process.h"

#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "mfa/descriptors.h"
#include "mfa/priority.h"

enum {
	DESCRIPTORS_MAX = 256,
};

/* 0 is the channel, 1 and 2 lead nowhere, and nothing else is open. */
static int fix_descriptors(void)
{
	(void)close(STDOUT_FILENO);
	(void)close(STDERR_FILENO);
	if (open("/dev/null", O_RDWR) != STDOUT_FILENO ||
	    dup2(STDOUT_FILENO, STDERR_FILENO) < 0 ||
	    mfa_close_from(STDERR_FILENO + 1) != MFA_OK)
		return MFA_ERR_IO;
	return MFA_OK;
}

/* Nothing but SIGKILL and SIGSTOP gets through, and these neither once the ids are
 * root's alone (ids.h). Who waits for an answer sees the caller go by its socket. */
static void fix_signals(void)
{
	static const int timers[] = { ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF };
	const struct itimerval none = { 0 };
	const struct sigaction none_yet = { .sa_handler = SIG_IGN };
	const struct sigaction plain = { .sa_handler = SIG_DFL };
	sigset_t all;
	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, NULL);
	for (size_t i = 0; i < MFA_COUNT(timers); i++)
		(void)setitimer((enum __itimer_which)timers[i], &none, NULL);
	for (int i = 1; i < NSIG; i++) {
		(void)sigaction(i, &none_yet, NULL); /* drops what has come already */
		(void)sigaction(i, &plain, NULL);
	}
}

static void set_limit(int resource, rlim_t value)
{
	const struct rlimit limit = { value, value };
	(void)setrlimit((enum __rlimit_resource)resource, &limit);
}

/* A limit that cannot be raised, as in a container, makes a write or an allocation fail
 * later, and the login with it. */
static void fix_limits(void)
{
	static const int unlimited[] = { RLIMIT_AS,	RLIMIT_CPU,	   RLIMIT_DATA,
					 RLIMIT_FSIZE,	RLIMIT_MEMLOCK,	   RLIMIT_NPROC,
					 RLIMIT_RTTIME, RLIMIT_SIGPENDING, RLIMIT_STACK };
	for (size_t i = 0; i < MFA_COUNT(unlimited); i++)
		set_limit(unlimited[i], RLIM_INFINITY);
	set_limit(RLIMIT_NOFILE, DESCRIPTORS_MAX);
	set_limit(RLIMIT_CORE, 0);
}

static void fix_oom_score(void)
{
	MFA_CLEANUP(mfa_close_fd)
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	if (fd >= 0 && write(fd, "0", 1) != 1)
		return; /* it was set on purpose, not to be lowered */
}

/* Others wait for the locks: their holder must not idle behind its caller's loops, sleep
 * for as long as its caller likes, or be the first to go when memory runs out. */
static void fix_priority(void)
{
	struct mfa_priority callers;
	mfa_priority_raise(&callers);
	fix_oom_score();
}

/* Setting groups needs a right that not every caller has. */
static int drop_groups(void)
{
	if (getgroups(0, NULL) != 0 && setgroups(0, NULL) != 0)
		return MFA_ERR_IO;
	return setresgid(0, 0, 0) == 0 ? MFA_OK : MFA_ERR_IO;
}

int clean_process_begin(void)
{
	if (clearenv() != 0)
		return MFA_ERR_NOMEM;
	fix_signals();
	fix_limits();
	int err = fix_descriptors();
	if (err != MFA_OK)
		return err;
	fix_priority();
	(void)umask(0077);
	/* no core, no tracer, no other program after this one */
	if (chdir("/") != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return MFA_ERR_IO;
	return clean_process_is_root() ? drop_groups() : MFA_OK;
}

bool clean_process_is_root(void)
{
	return geteuid() == 0;
}

bool clean_process_has_channel(void)
{
	int domain = 0;
	int type = 0;
	socklen_t domain_len = sizeof domain;
	socklen_t type_len = sizeof type;
	return getsockopt(STDIN_FILENO, SOL_SOCKET, SO_DOMAIN, &domain, &domain_len) ==
		       0 &&
	       getsockopt(STDIN_FILENO, SOL_SOCKET, SO_TYPE, &type, &type_len) == 0 &&
	       domain == AF_UNIX && type == SOCK_SEQPACKET;
}
