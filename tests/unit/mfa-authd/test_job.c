/* SPDX-License-Identifier: BSD-2-Clause */
#include "job.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support.h"

struct ends {
	int fds[2];
};

static int setup(void **state)
{
	static struct ends ends;
	*state = &ends;
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.fds);
}

static int teardown(void **state)
{
	struct ends *ends = *state;
	mfa_close_fd(&ends->fds[0]);
	mfa_close_fd(&ends->fds[1]);
	return 0;
}

#define between(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static struct job sample(void)
{
	struct job job = { .kind = JOB_DEVICE, .is_last = true };
	job.visit.wait = VISIT_DEVICE;
	(void)snprintf(job.visit.claims.user, sizeof job.visit.claims.user, "taro");
	return job;
}

/* Whether the descriptor is an end of a pipe whose other end this process has. */
static void assert_is_read_end(int fd, int write_end)
{
	char byte = 0;
	assert_int_equal(write(write_end, "x", 1), 1);
	assert_int_equal(read(fd, &byte, 1), 1);
	assert_int_equal(byte, 'x');
}

static void a_job_arrives_with_its_descriptors(void **state)
{
	const struct ends *ends = *state;
	int first[2];
	int second[2];
	struct job sent = sample();
	struct job got;
	int connection = -1;
	int device = -1;
	assert_int_equal(pipe(first) | pipe(second), 0);
	assert_int_equal(job_send(ends->fds[0], &sent, first[0], second[0]), MFA_OK);
	assert_int_equal(job_receive(ends->fds[1], &got, &connection, &device), MFA_OK);
	assert_memory_equal(&got, &sent, sizeof got);
	assert_is_read_end(connection, first[1]);
	assert_is_read_end(device, second[1]);
	const int all[] = {
		first[0], first[1], second[0], second[1], connection, device
	};
	for (size_t i = 0; i < MFA_COUNT(all); i++)
		assert_int_equal(close(all[i]), 0);
}

static void each_descriptor_is_known_for_what_it_is(void **state)
{
	const struct ends *ends = *state;
	int pipes[2];
	struct job sent = sample();
	struct job got;
	int connection = -1;
	int device = -1;
	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(job_send(ends->fds[0], &sent, -1, pipes[0]), MFA_OK);
	assert_int_equal(job_receive(ends->fds[1], &got, &connection, &device), MFA_OK);
	assert_int_equal(connection, -1);
	assert_is_read_end(device, pipes[1]);
	assert_int_equal(close(device), 0);
	assert_int_equal(job_send(ends->fds[0], &sent, -1, -1), MFA_OK);
	assert_int_equal(job_receive(ends->fds[1], &got, &connection, &device), MFA_OK);
	assert_int_equal(connection, -1);
	assert_int_equal(device, -1);
	assert_int_equal(close(pipes[0]) | close(pipes[1]), 0);
}

static void the_end_of_the_other_side_is_seen(void **state)
{
	struct ends *ends = *state;
	struct job job = sample();
	int connection = -1;
	int device = -1;
	mfa_close_fd(&ends->fds[0]);
	assert_int_equal(job_receive(ends->fds[1], &job, &connection, &device),
			 MFA_ERR_ABORT);
	assert_int_equal(job_send(ends->fds[1], &job, -1, -1), MFA_ERR_IO);
}

static void what_is_no_job_is_refused(void **state)
{
	const struct ends *ends = *state;
	struct job job;
	int connection = -1;
	int device = -1;
	assert_int_equal(send(ends->fds[0], "short", 5, 0), 5);
	assert_int_equal(job_receive(ends->fds[1], &job, &connection, &device),
			 MFA_ERR_ABORT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		between(a_job_arrives_with_its_descriptors),
		between(each_descriptor_is_known_for_what_it_is),
		between(the_end_of_the_other_side_is_seen),
		between(what_is_no_job_is_refused),
	};
	return group_main("job", tests);
}
