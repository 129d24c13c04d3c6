/* SPDX-License-Identifier: BSD-2-Clause */
#include "pool.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"

enum {
	TARO = 1001,
	HANAKO = 1002,
	JIRO = 1003,
};

static struct connection of_user(uid_t uid)
{
	return (struct connection){ .fd = -1, .device = -1, .uid = uid };
}

static void each_user_has_one_worker_and_all_users_half(void **state MFA_UNUSED)
{
	struct connection taro = of_user(TARO);
	struct connection hanako = of_user(HANAKO);
	struct connection jiro = of_user(JIRO);
	struct connection root = of_user(0);
	struct pool pool = { .config = NULL };
	assert_true(pool_has_turn(&pool, &taro));
	pool.places[0].busy_with = &taro;
	assert_false(pool_has_turn(&pool, &taro));
	assert_true(pool_has_turn(&pool, &hanako));
	pool.places[2].busy_with = &hanako;
	assert_false(pool_has_turn(&pool, &jiro));
	assert_true(pool_has_turn(&pool, &root));
	pool.places[0].busy_with = &root;
	assert_true(pool_has_turn(&pool, &jiro));
}

static pid_t start_sleeper(void)
{
	pid_t pid = fork();
	if (pid == 0)
		for (;;)
			(void)pause();
	assert_true(pid > 0);
	return pid;
}

static void a_worker_that_hangs_is_ended_and_an_idle_one_is_not(void **state MFA_UNUSED)
{
	struct connection taro = of_user(TARO);
	struct pool pool = { .config = NULL };
	int status = 0;
	pid_t hangs = start_sleeper();
	pid_t works = start_sleeper();
	pid_t idle = start_sleeper();
	int64_t later = mfa_monotonic_ms() + 1000000;
	pool.places[0].worker.pid = hangs;
	pool.places[0].busy_with = &taro;
	pool.places[1].worker.pid = works;
	pool.places[1].busy_with = &taro;
	pool.places[1].deadline_ms = later;
	pool.places[2].worker.pid = idle;
	assert_int_equal(pool_end_hung(&pool), later);
	assert_int_equal(waitpid(hangs, &status, 0), hangs);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	assert_int_equal(kill(works, SIGKILL) | kill(idle, SIGKILL), 0);
	assert_int_equal(waitpid(works, NULL, 0), works);
	assert_int_equal(waitpid(idle, NULL, 0), idle);
}

static void who_is_idle_is_not_waited_for(void **state MFA_UNUSED)
{
	struct pool pool = { .config = NULL };
	assert_int_equal(pool_end_hung(&pool), INT64_MAX);
}

/* The login is asked again, and says so. */
static void a_worker_that_dies_leaves_its_connection_to_be_closed(void **state MFA_UNUSED)
{
	struct pool pool = { .config = "/nowhere/mfa.conf" };
	struct connection taro = of_user(TARO);
	int ends[2];
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
	taro.fd = ends[0];
	assert_int_equal(pool_fill(&pool), MFA_OK);
	pid_t worker = pool.places[0].worker.pid;
	assert_int_equal(kill(worker, SIGSTOP), 0);
	assert_true(pool_give(&pool, &taro, JOB_GONE));
	assert_ptr_equal(pool.places[0].busy_with, &taro);
	assert_int_equal(kill(worker, SIGKILL), 0);
	assert_ptr_equal(pool_take(&pool, 0), &taro);
	assert_int_equal(taro.visit.wait, VISIT_END);
	assert_int_equal(pool.places[0].worker.pid, 0);
	assert_int_equal(pool_fill(&pool), MFA_OK);
	assert_int_not_equal(pool.places[0].worker.pid, 0);
	pool_done(&pool);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* all have ended */
	assert_int_equal(close(ends[0]) | close(ends[1]), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_user_has_one_worker_and_all_users_half),
		cmocka_unit_test(a_worker_that_hangs_is_ended_and_an_idle_one_is_not),
		cmocka_unit_test(who_is_idle_is_not_waited_for),
		cmocka_unit_test(a_worker_that_dies_leaves_its_connection_to_be_closed),
	};
	return group_main("pool", tests);
}
