/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/peer.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"

#ifndef SO_PEERPIDFD /* Linux 6.5 */
#define SO_PEERPIDFD 77
#endif

/* Whether the socket does not say which process it is of. */
static bool is_old_kernel(int fd)
{
	int process = -1;
	socklen_t size = sizeof process;
	bool is_known = getsockopt(fd, SOL_SOCKET, SO_PEERPIDFD, &process, &size) == 0;
	mfa_close_fd(&process);
	return !is_known;
}

static void make_pair(int ends[static 2])
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
}

static void this_process_is_known(void **state MFA_UNUSED)
{
	int ends[2];
	struct mfa_peer peer;
	make_pair(ends);
	assert_int_equal(mfa_peer_read(ends[0], mfa_boottime_ms(), &peer), MFA_OK);
	assert_int_equal(peer.uid, geteuid());
	assert_int_equal(peer.pid, getpid());
	assert_int_equal(peer.real_uid, getuid());
	assert_true(peer.is_known && peer.is_root_only);
	assert_true(mfa_peer_is_alive(ends[0], &peer));
	assert_int_equal(close(ends[0]) | close(ends[1]), 0);
}

/* A number that has come round belongs to a process that has begun since. Where the
 * socket says which process it is of, nothing has to be compared. */
static void a_process_that_is_younger_than_the_connection_is_another(
	void **state MFA_UNUSED)
{
	int ends[2];
	struct mfa_peer peer;
	make_pair(ends);
	bool is_old = is_old_kernel(ends[0]);
	assert_int_equal(mfa_peer_read(ends[0], 1, &peer), MFA_OK);
	assert_int_equal(peer.is_known, !is_old);
	assert_int_equal(peer.is_root_only, !is_old);
	assert_int_equal(peer.uid, geteuid()); /* the rights are the socket's */
	assert_int_equal(peer.real_uid, is_old ? (uid_t)-1 : getuid());
	assert_int_equal(close(ends[0]) | close(ends[1]), 0);
}

/* The kernel chooses a name. */
static int listen_anywhere(struct sockaddr_un *ret_address, socklen_t *ret_size)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	*ret_address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	assert_int_equal(bind(fd, (struct sockaddr *)ret_address, sizeof(sa_family_t)),
			 0);
	assert_int_equal(listen(fd, 1), 0);
	*ret_size = sizeof *ret_address;
	assert_int_equal(getsockname(fd, (struct sockaddr *)ret_address, ret_size), 0);
	return fd;
}

/* Connects, and leaves the socket to a child that ends with the pipe. */
_Noreturn static void connect_and_end(const struct sockaddr_un *address, socklen_t size,
				      int pipe_end)
{
	char byte = 0;
	int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	if (fd < 0 || connect(fd, (const struct sockaddr *)address, size) != 0)
		_exit(1);
	if (fork() == 0)
		_exit((int)read(pipe_end, &byte, 1));
	_exit(0);
}

static void a_process_that_has_ended_is_not_known(void **state MFA_UNUSED)
{
	struct sockaddr_un address;
	socklen_t size = 0;
	int ends[2];
	struct mfa_peer peer;
	int listener = listen_anywhere(&address, &size);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)close(ends[1]);
		connect_and_end(&address, size, ends[0]);
	}
	assert_int_equal(end_of(pid), 0);
	int fd = accept(listener, NULL, NULL);
	assert_int_equal(mfa_peer_read(fd, mfa_boottime_ms(), &peer), MFA_OK);
	assert_int_equal(peer.uid, geteuid());
	assert_int_equal(peer.pid, pid);
	assert_false(peer.is_known);
	assert_int_equal(peer.real_uid, (uid_t)-1);
	assert_false(mfa_peer_is_alive(fd, &peer));
	assert_int_equal(close(ends[0]) | close(ends[1]) | close(fd) | close(listener),
			 0);
}

static void what_is_no_local_socket_has_no_peer(void **state MFA_UNUSED)
{
	struct mfa_peer peer;
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(mfa_peer_read(ends[0], mfa_boottime_ms(), &peer), MFA_ERR_IO);
	assert_int_equal(close(ends[0]) | close(ends[1]), 0);
}

/* Its number has come round. Where the socket says which process it is of, that one is
 * looked at all the same. */
static void one_that_began_at_another_time_is_another(void **state MFA_UNUSED)
{
	int ends[2];
	struct mfa_peer peer;
	make_pair(ends);
	assert_int_equal(mfa_peer_read(ends[0], mfa_boottime_ms(), &peer), MFA_OK);
	peer.start_ticks--;
	assert_int_equal(mfa_peer_is_alive(ends[0], &peer), !is_old_kernel(ends[0]));
	assert_int_equal(close(ends[0]) | close(ends[1]), 0);
}

/* In the child: as a set-uid program that user 1 has started. */
static void connect_as_set_uid(const struct sockaddr_un *address, socklen_t size,
			       int wait)
{
	char byte = 0;
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	bool is_done = setresuid(1, 0, 0) == 0 &&
		       connect(fd, (const struct sockaddr *)address, size) == 0;
	(void)!read(wait, &byte, 1);
	_exit(is_done ? 0 : 1);
}

static void the_user_of_a_set_uid_program_is_known(void **state MFA_UNUSED)
{
	struct sockaddr_un address;
	socklen_t size = 0;
	struct mfa_peer peer;
	int ends[2];
	if (setresuid(1, 0, 0) != 0)
		skip(); /* a user namespace with one user */
	assert_int_equal(setresuid(0, 0, 0), 0);
	int listener = listen_anywhere(&address, &size);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)close(ends[1]);
		connect_as_set_uid(&address, size, ends[0]);
	}
	int fd = accept(listener, NULL, NULL);
	assert_int_equal(mfa_peer_read(fd, mfa_boottime_ms(), &peer), MFA_OK);
	assert_int_equal(close(ends[0]) | close(ends[1]), 0);
	assert_int_equal(end_of(pid), 0);
	assert_int_equal(peer.uid, 0);
	assert_int_equal(peer.real_uid, 1);
	assert_true(peer.is_known);
	assert_false(peer.is_root_only);
	assert_int_equal(close(fd) | close(listener), 0);
}

/* Fails a system call with errnum if an argument of its is value. */
static int fail_call(uint32_t call, unsigned argument, uint32_t value, uint32_t errnum)
{
	const uint32_t at =
		(uint32_t)(offsetof(struct seccomp_data, args) + 8 * argument);
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, at),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | errnum),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { MFA_COUNT(filter), filter };
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0;
}

/* As a kernel answers that does not know SO_PEERPIDFD. */
static int forget_peerpidfd(void **state MFA_UNUSED)
{
	int ends[2];
	make_pair(ends);
	if (fail_call(SYS_getsockopt, 2, SO_PEERPIDFD, ENOPROTOOPT) != 0)
		return -1;
	bool is_forgotten = is_old_kernel(ends[0]);
	return (close(ends[0]) | close(ends[1])) != 0 || !is_forgotten;
}

/* And none that has pidfds: before 5.3. */
static int forget_pidfds(void **state)
{
	if (forget_peerpidfd(state) != 0 || fail_call(SYS_pidfd_open, 1, 0, ENOSYS) != 0)
		return -1;
	return syscall(SYS_pidfd_open, getpid(), 0) >= 0 || errno != ENOSYS;
}

/* Starts a process that lives until the pipe is closed. */
static pid_t start_apart(int flags, int ret_pipe[static 2])
{
	char one = 0;
	int begun[2];
	assert_int_equal(pipe2(ret_pipe, O_CLOEXEC) | pipe2(begun, O_CLOEXEC), 0);
	pid_t child = fork();
	if (child == 0) {
		(void)close(ret_pipe[1]);
		(void)close(begun[0]);
		if (unshare(flags) == 0)
			(void)!write(begun[1], "x", 1);
		(void)close(begun[1]);
		(void)!read(ret_pipe[0], &one, 1);
		_exit(0);
	}
	assert_true(child > 0);
	assert_int_equal(close(begun[1]), 0);
	assert_int_equal(read(begun[0], &one, 1), 1);
	assert_int_equal(close(begun[0]) | close(ret_pipe[0]), 0);
	return child;
}

static void write_map(pid_t pid, const char *map)
{
	char path[64];
	(void)snprintf(path, sizeof path, "/proc/%ld/uid_map", (long)pid);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, map, strlen(map)), strlen(map));
	assert_int_equal(close(fd), 0);
}

static void end_process(pid_t pid, const int *pipe)
{
	assert_int_equal(close(pipe[1]), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void a_user_namespace_has_users_of_its_own(void **state MFA_UNUSED)
{
	int pipe[2];
	if (setresuid(1, 0, 0) != 0)
		skip(); /* a user namespace with one user */
	assert_int_equal(setresuid(0, 0, 0), 0);
	pid_t pid = start_apart(0, pipe);
	assert_true(mfa_peer_has_our_users(pid));
	end_process(pid, pipe);
	assert_false(mfa_peer_has_our_users(pid));
	pid = start_apart(CLONE_NEWUSER, pipe);
	assert_false(mfa_peer_has_our_users(pid)); /* it has none yet */
	write_map(pid, "0 100000 1000");
	assert_false(mfa_peer_has_our_users(pid));
	end_process(pid, pipe);
}

/* As one that does not know PIDFD_GET_INFO: 64 bytes, of the kind 0xff, number 11. */
static int forget_pidfd_info(void **state MFA_UNUSED)
{
	const uint32_t get_info = _IOC(_IOC_READ | _IOC_WRITE, 0xff, 11, 64);
	if (fail_call(SYS_ioctl, 1, get_info, ENOTTY) != 0)
		return -1;
	return ioctl(STDIN_FILENO, get_info, NULL) == 0 || errno != ENOTTY;
}

int main(int argc, char **argv)
{
	bool is_old = argc > 1 && strcmp(argv[1], "without-peerpidfd") == 0;
	bool is_without_pidfds = argc > 1 && strcmp(argv[1], "without-pidfds") == 0;
	bool is_without_info = argc > 1 && strcmp(argv[1], "without-pidfd-info") == 0;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(this_process_is_known),
		cmocka_unit_test(the_user_of_a_set_uid_program_is_known),
		cmocka_unit_test(
			a_process_that_is_younger_than_the_connection_is_another),
		cmocka_unit_test(a_process_that_has_ended_is_not_known),
		cmocka_unit_test(what_is_no_local_socket_has_no_peer),
		cmocka_unit_test(a_user_namespace_has_users_of_its_own),
		cmocka_unit_test(one_that_began_at_another_time_is_another),
	};
	if (!can_run_tests())
		return EXIT_FAILURE;
	CMFixtureFunction forget = is_old	       ? forget_peerpidfd
				   : is_without_pidfds ? forget_pidfds
				   : is_without_info   ? forget_pidfd_info
						       : NULL;
	return cmocka_run_group_tests_name("peer", tests, forget, NULL);
}
