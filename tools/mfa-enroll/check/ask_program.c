/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/ask_program.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mfa/fs.h"

enum {
	PATIENCE_MS = 10000
};

bool ask_program_may_run(const char *path)
{
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	return mfa_fs_open(path, O_RDONLY, &mfa_fs_protected, NULL, &fd) == MFA_OK &&
	       access(path, X_OK) == 0;
}

/* A program to run, and which of its descriptors is read: 1, or 2. */
struct question {
	char *const *argv;
	char *const *environment;
	int read;
};

static bool start_program(const struct question *question, int out, pid_t *ret_pid)
{
	posix_spawn_file_actions_t actions;
	int dropped = question->read == STDOUT_FILENO ? STDERR_FILENO : STDOUT_FILENO;
	if (posix_spawn_file_actions_init(&actions) != 0)
		return false;
	bool is_started =
		posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0) ==
			0 &&
		posix_spawn_file_actions_adddup2(&actions, out, question->read) == 0 &&
		posix_spawn_file_actions_addopen(&actions, dropped, "/dev/null", O_WRONLY,
						 0) == 0 &&
		posix_spawn(ret_pid, question->argv[0], &actions, NULL, question->argv,
			    question->environment) == 0;
	(void)posix_spawn_file_actions_destroy(&actions);
	return is_started;
}

/* false: there is more than fits, or it does not end in time. */
static bool read_all(int fd, char *ret_text, size_t size)
{
	int64_t deadline = mfa_monotonic_ms() + PATIENCE_MS;
	for (size_t len = 0; len + 1 < size;) {
		struct pollfd one = { .fd = fd, .events = POLLIN };
		int64_t left = deadline - mfa_monotonic_ms();
		if (left <= 0 || poll(&one, 1, (int)left) <= 0)
			return false;
		ssize_t got = read(fd, ret_text + len, size - 1 - len);
		if (got < 0)
			return false;
		len += (size_t)got;
		ret_text[len] = '\0';
		if (got == 0)
			return true;
	}
	return false;
}

static bool ask_question(const struct question *question, char *ret_text, size_t size)
{
	int ends[2];
	pid_t pid = 0;
	int status = -1;
	ret_text[0] = '\0';
	if (!ask_program_may_run(question->argv[0]) || pipe2(ends, O_CLOEXEC) != 0)
		return false;
	bool is_started = start_program(question, ends[1], &pid);
	(void)close(ends[1]);
	bool is_read = is_started && read_all(ends[0], ret_text, size);
	(void)close(ends[0]);
	if (!is_started)
		return false;
	if (!is_read)
		(void)kill(pid, SIGKILL);
	return waitpid(pid, &status, 0) == pid && is_read && WIFEXITED(status) &&
	       WEXITSTATUS(status) == 0;
}

bool ask_program_in(char *const argv[], char *const environment[], char *ret_text,
		    size_t size)
{
	const struct question question = { argv, environment, STDOUT_FILENO };
	return ask_question(&question, ret_text, size);
}

static char *const no_environment[] = { NULL };

bool ask_program(char *const argv[], char *ret_text, size_t size)
{
	return ask_program_in(argv, no_environment, ret_text, size);
}

bool ask_program_errors(char *const argv[], char *ret_text, size_t size)
{
	const struct question question = { argv, no_environment, STDERR_FILENO };
	return ask_question(&question, ret_text, size);
}
