/* SPDX-License-Identifier: BSD-2-Clause */
/* tools/mfa-authd/listener.c: the socket, made or passed by systemd. */
#include "listener.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"

enum {
	PASSED_FD = 3,
	HEIR_MS = 100,
};

static int open_at(const char *path)
{
	struct mfa_diag diag = { .text = "" };
	int fd = -1;
	int err = listener_open(path, &diag, &fd);
	assert_true((err == MFA_OK) == (fd >= 0));
	assert_true((err == MFA_OK) == (diag.text[0] == '\0'));
	mfa_close_fd(&fd);
	return err;
}

static void everybody_may_connect_to_a_socket_of_its_own(void **state)
{
	struct sandbox *box = *state;
	struct mfa_diag diag = { .text = "" };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct stat status;
	int fd = -1;
	(void)snprintf(address.sun_path, sizeof address.sun_path, "%s",
		       path_in(box, "run/s"));
	assert_done(listener_open(address.sun_path, &diag, &fd), &diag);
	assert_int_equal(stat(address.sun_path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0666);
	assert_int_equal(stat(path_in(box, "run"), &status), 0);
	assert_int_equal(status.st_mode & 07777, 0711);
	int client = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	assert_int_equal(
		connect(client, (const struct sockaddr *)&address, sizeof address), 0);
	(void)close(client);
	(void)close(fd);
}

static void one_that_was_left_is_replaced(void **state)
{
	const char *path = path_in(*state, "run/s");
	assert_int_equal(open_at(path), MFA_OK);
	assert_int_equal(open_at(path), MFA_OK);
}

/* A process that has the socket of a service that was killed closes it while it is asked.
 */
static void one_that_is_being_closed_is_replaced(void **state)
{
	const char *path = path_in(*state, "run/s");
	struct mfa_diag diag = { .text = "" };
	int fd = -1;
	assert_done(listener_open(path, &diag, &fd), &diag);
	pid_t heir = fork();
	if (heir == 0) {
		(void)poll(NULL, 0, HEIR_MS);
		_exit(0);
	}
	mfa_close_fd(&fd);
	assert_int_equal(open_at(path), MFA_OK);
	assert_int_equal(waitpid(heir, NULL, 0), heir);
}

static void a_path_that_cannot_be_one_is_refused(void **state)
{
	char longer[200];
	struct sandbox *box = *state;
	(void)snprintf(longer, sizeof longer, "/%0180d", 1);
	assert_int_equal(open_at("relative/s"), MFA_ERR_INVALID);
	assert_int_equal(open_at(longer), MFA_ERR_INVALID);
	write_text(path_in(box, "file"), "");
	assert_int_not_equal(open_at(path_in(box, "file/s")), MFA_OK);
	assert_int_equal(mkdir(path_in(box, "run"), 0755), 0);
	assert_int_equal(mkdir(path_in(box, "run/s"), 0755), 0);
	assert_int_not_equal(open_at(path_in(box, "run/s")), MFA_OK);
	assert_int_equal(chmod(path_in(box, "run"), 0777), 0);
	assert_int_not_equal(open_at(path_in(box, "run/t")), MFA_OK);
}

static void without_a_path_systemd_has_to_pass_one(void **state MFA_UNUSED)
{
	assert_int_equal(open_at(NULL), MFA_ERR_NOTFOUND);
}

/* In a process that systemd would have started; its exit status is the error. */
static int open_passed(int type, const char *count)
{
	struct mfa_diag diag = { .text = "" };
	char pid[32];
	int fd = socket(AF_UNIX, type, 0);
	int taken = -1;
	(void)snprintf(pid, sizeof pid, "%ld", (long)getpid());
	if ((fd != PASSED_FD && dup2(fd, PASSED_FD) != PASSED_FD) ||
	    setenv("LISTEN_PID", pid, 1) != 0 || setenv("LISTEN_FDS", count, 1) != 0)
		return 100;
	int err = listener_open("/nowhere/s", &diag, &taken);
	return err == MFA_OK && taken != PASSED_FD ? 101 : -err;
}

static int open_sound(void)
{
	return open_passed(SOCK_SEQPACKET, "1");
}

static int open_stream(void)
{
	return open_passed(SOCK_STREAM, "1");
}

static int open_two(void)
{
	return open_passed(SOCK_SEQPACKET, "2");
}

static void one_that_is_passed_is_taken(void **state MFA_UNUSED)
{
	assert_int_equal(in_child(open_sound), MFA_OK);
	assert_int_equal(in_child(open_stream), -MFA_ERR_INVALID);
	assert_int_equal(in_child(open_two), -MFA_ERR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_sandbox(everybody_may_connect_to_a_socket_of_its_own),
		in_sandbox(one_that_was_left_is_replaced),
		in_sandbox(one_that_is_being_closed_is_replaced),
		in_sandbox(a_path_that_cannot_be_one_is_refused),
		in_sandbox(without_a_path_systemd_has_to_pass_one),
		in_sandbox(one_that_is_passed_is_taken),
	};
	return group_main("listener", tests);
}
