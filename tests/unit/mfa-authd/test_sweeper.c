/* SPDX-License-Identifier: BSD-2-Clause */
#include "sweeper.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "job.h"
#include "support.h"

enum {
	LINGER_SECONDS = 20,
	SOON_MS = 3000,
	BUFFER = 1024,
};

/* The peer of an end is gone. */
static bool is_closed(int fd)
{
	char byte = 0;
	return recv(fd, &byte, 1, MSG_DONTWAIT) == 0;
}

static void a_connection_with_nothing_unread_is_closed_here(void **state MFA_UNUSED)
{
	struct sweeper sweeper = { .pid = 0 };
	int ends[2];
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
	sweeper_close(&sweeper, &ends[0]);
	assert_int_equal(ends[0], -1);
	assert_int_equal(sweeper.pid, 0);
	assert_true(is_closed(ends[1]));
	assert_int_equal(close(ends[1]), 0);
}

static void the_last_words_still_arrive(void **state MFA_UNUSED)
{
	struct sweeper sweeper = { .pid = 0 };
	char bytes[8] = "";
	int ends[2];
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
	assert_int_equal(send(ends[1], "unread", 6, 0), 6);
	assert_int_equal(send(ends[0], "Vd", 2, 0), 2);
	sweeper_close(&sweeper, &ends[0]);
	assert_int_equal(recv(ends[1], bytes, sizeof bytes, 0), 2);
	assert_true(sweeper.pid > 0);
	sweeper_done(&sweeper);
	assert_int_equal(close(ends[1]), 0);
}

/* A socket whose close waits: data are on the way that nobody reads. Its other end, and
 * the listener, are the caller's. */
static int make_lingering(int *ret_other)
{
	const struct linger wait = { 1, LINGER_SECONDS };
	const int small = BUFFER;
	char bytes[BUFFER] = "";
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof address;
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(
		setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &small, sizeof small), 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	*ret_other = accept(listener, NULL, NULL);
	assert_true(*ret_other >= 0);
	assert_int_equal(close(listener), 0);
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	while (send(fd, bytes, sizeof bytes, MSG_NOSIGNAL) > 0)
		continue;
	assert_int_equal(fcntl(fd, F_SETFL, 0), 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &wait, sizeof wait), 0);
	return fd;
}

/* Sends it along on a connection that nobody reads, and closes its own. */
static void make_connection(int ret_ends[static 2], int *ret_other)
{
	const struct job job = { .kind = JOB_GONE };
	int lingering = make_lingering(ret_other);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ret_ends), 0);
	assert_int_equal(job_send(ret_ends[1], &job, lingering, -1), MFA_OK);
	assert_int_equal(close(lingering), 0);
	assert_int_equal(close(ret_ends[1]), 0);
}

static void nobody_waits_for_what_came_with_a_message(void **state MFA_UNUSED)
{
	enum {
		CONNECTIONS = 60 /* more than the sweeper has room for while it hangs */
	};
	struct sweeper sweeper = { .pid = 0 };
	int others[CONNECTIONS];
	int64_t start = mfa_monotonic_ms();
	for (size_t i = 0; i < MFA_COUNT(others); i++) {
		int ends[2];
		make_connection(ends, &others[i]);
		sweeper_close(&sweeper, &ends[0]);
		assert_int_equal(ends[0], -1);
	}
	sweeper_done(&sweeper);
	assert_true(mfa_monotonic_ms() - start < SOON_MS);
	for (size_t i = 0; i < MFA_COUNT(others); i++)
		assert_int_equal(close(others[i]), 0);
}

/* It is the service's, and has nothing else. */
static void it_ends_with_the_service(void **state MFA_UNUSED)
{
	struct sweeper sweeper = { .pid = 0 };
	int ends[2];
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
	assert_int_equal(send(ends[1], "unread", 6, 0), 6);
	sweeper_close(&sweeper, &ends[0]);
	assert_true(sweeper.pid > 0);
	assert_int_equal(close(sweeper.socket), 0);
	assert_int_equal(end_of(sweeper.pid), 0);
	assert_int_equal(close(ends[1]), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_connection_with_nothing_unread_is_closed_here),
		cmocka_unit_test(the_last_words_still_arrive),
		cmocka_unit_test(it_ends_with_the_service),
		cmocka_unit_test(nobody_waits_for_what_came_with_a_message),
	};
	return group_main("sweeper", tests);
}
