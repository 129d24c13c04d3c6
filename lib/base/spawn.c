/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mfa/fs.h"

static int check_program(const char *path, struct mfa_diag *diag)
{
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	struct stat status;
	int err = mfa_fs_open(path, O_RDONLY, &mfa_fs_protected, diag, &fd);
	if (err != MFA_OK)
		return err;
	if (fstat(fd, &status) != 0)
		return mfa_fail_errno(diag, errno, "%s: cannot stat", path);
	if ((status.st_mode & S_IXUSR) != 0)
		return MFA_OK;
	return mfa_fail(diag, MFA_ERR_UNSAFE, "%s: is not executable, run: chmod 755 %s",
			path, path);
}

/* The two functions below run in a copy of the application's process, where any lock may
 * be held for ever: system calls only. */

_Noreturn static void become_program(const char *path, const char *argument, int channel)
{
	const char *slash = strrchr(path, '/');
	char *const arguments[] = { (char *)(uintptr_t)(slash != NULL ? slash + 1 : path),
				    (char *)(uintptr_t)argument, NULL };
	char *const environment[] = { NULL };
	/* if the application has closed descriptor 0, the channel may have that number */
	int high = fcntl(channel, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (high >= 0 && dup2(high, STDIN_FILENO) == STDIN_FILENO)
		(void)execve(path, arguments, environment);
	_exit(1);
}

/* Without the handlers of pthread_atfork(3), and what the C library locks for them. */
static pid_t fork_plainly(int end_signal)
{
	return (pid_t)syscall(SYS_clone, (unsigned long)end_signal, 0UL, 0UL, 0UL, 0UL);
}

/* The child forks the program and ends, so that the program is nobody's child. */
_Noreturn static void leave_program(const char *path, const char *argument, int channel)
{
	pid_t program = fork_plainly(SIGCHLD);
	if (program == 0)
		become_program(path, argument, channel);
	_exit(program < 0 ? 1 : 0);
}

static int start_program(const char *path, const char *argument, int channel,
			 struct mfa_diag *diag)
{
	sigset_t all;
	sigset_t before;
	int status = 1;
	(void)sigfillset(&all);
	/* the application's signal handlers must not run in the copies */
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	/* A child that sends no signal when it ends, and that the application's wait()
	 * does not see. It cannot become the program itself, as exec would make it send
	 * SIGCHLD. */
	pid_t child = fork_plainly(0);
	int errnum = errno;
	if (child == 0)
		leave_program(path, argument, channel);
	if (child > 0)
		while (waitpid(child, &status, (int)__WCLONE) < 0 && errno == EINTR)
			continue;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (child < 0)
		return mfa_fail_errno(diag, errnum, "%s: cannot start", path);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return mfa_fail(diag, MFA_ERR_IO, "%s: cannot start", path);
	return MFA_OK;
}

int mfa_spawn(const char *path, const char *argument, struct mfa_diag *diag,
	      int *ret_channel)
{
	int err = check_program(path, diag);
	if (err != MFA_OK)
		return err;
	int ends[2];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return mfa_fail_errno(diag, errno, "%s: cannot start", path);
	MFA_CLEANUP(mfa_close_fd) int ours = ends[0];
	MFA_CLEANUP(mfa_close_fd) int its = ends[1];
	err = start_program(path, argument, its, diag);
	if (err == MFA_OK)
		*ret_channel = MFA_TAKE_FD(ours);
	return err;
}
