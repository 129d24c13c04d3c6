/* SPDX-License-Identifier: BSD-2-Clause */
#include "pool.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"

enum {
	TARO = 1001,
	HANAKO = 1002,
	JIRO = 1003,
};

static const struct places nobody;
static const struct fold nothing;
static const struct pool_news none = { &nobody, &nothing, false };

static struct connection of_user(uid_t uid)
{
	return (struct connection){
		.fd = -1, .device = -1, .uid = uid, .visit = { .wait = VISIT_REPLY }
	};
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

/* As sshd's, in this step. */
static struct connection from(enum connection_where where, enum visit_wait wait)
{
	struct connection connection = of_user(0);
	connection.where = where;
	connection.visit.wait = wait;
	return connection;
}

/* A first step asks the name service, which may hang. */
static void first_steps_have_half_unless_they_are_here(void **state MFA_UNUSED)
{
	struct connection first = from(CONNECTION_ELSEWHERE, VISIT_BEGIN);
	struct connection reply = from(CONNECTION_ELSEWHERE, VISIT_REPLY);
	struct connection here = from(CONNECTION_HERE, VISIT_BEGIN);
	struct pool pool = { .config = NULL };
	pool.places[0].busy_with = &first;
	assert_true(pool_has_turn(&pool, &first));
	pool.places[1].busy_with = &first;
	assert_false(pool_has_turn(&pool, &first));
	assert_true(pool_has_turn(&pool, &reply));
	assert_true(pool_has_turn(&pool, &here));
	pool.places[1].busy_with = &reply;
	assert_true(pool_has_turn(&pool, &first));
}

static void first_steps_of_users_elsewhere_leave_one_for_root(void **state MFA_UNUSED)
{
	struct connection taro = of_user(TARO);
	struct connection hanako = of_user(HANAKO);
	struct connection root = from(CONNECTION_ELSEWHERE, VISIT_BEGIN);
	struct pool pool = { .config = NULL };
	taro.visit.wait = hanako.visit.wait = VISIT_BEGIN;
	taro.where = CONNECTION_HERE;
	pool.places[0].busy_with = &taro;
	assert_true(pool_has_turn(&pool, &hanako));
	taro.where = CONNECTION_ELSEWHERE;
	assert_false(pool_has_turn(&pool, &hanako));
	assert_true(pool_has_turn(&pool, &root));
	hanako.where = CONNECTION_HERE;
	assert_true(pool_has_turn(&pool, &hanako));
	pool.places[1].busy_with = &hanako;
	assert_true(pool_has_turn(&pool, &root));
}

static void the_last_worker_is_for_who_is_here(void **state MFA_UNUSED)
{
	struct connection reply = from(CONNECTION_ELSEWHERE, VISIT_REPLY);
	struct connection here = from(CONNECTION_HERE, VISIT_BEGIN);
	struct connection unknown = from(CONNECTION_UNKNOWN, VISIT_REPLY);
	struct pool pool = { .config = NULL };
	for (unsigned i = 0; i < POOL_WORKERS - 1; i++) {
		assert_true(pool_has_turn(&pool, &reply));
		assert_true(pool_has_turn(&pool, &unknown));
		assert_int_equal(unknown.where, CONNECTION_UNKNOWN);
		pool.places[i].busy_with = &reply;
	}
	assert_false(pool_has_turn(&pool, &reply));
	assert_false(pool_has_turn(&pool, &unknown));
	assert_true(pool_has_turn(&pool, &here));
}

/* su at a virtual terminal, while programs of two other users hang. */
static void a_user_who_is_here_waits_for_no_other_users(void **state MFA_UNUSED)
{
	struct connection taro = of_user(TARO);
	struct connection hanako = of_user(HANAKO);
	struct connection jiro = of_user(JIRO);
	struct pool pool = { .config = NULL };
	pool.places[0].busy_with = &taro;
	pool.places[1].busy_with = &hanako;
	jiro.where = CONNECTION_ELSEWHERE;
	assert_false(pool_has_turn(&pool, &jiro));
	jiro.where = CONNECTION_HERE;
	assert_true(pool_has_turn(&pool, &jiro));
	pool.places[2].busy_with = &jiro;
	assert_false(pool_has_turn(&pool, &jiro)); /* one each, as ever */
}

static pid_t start_sleeper(void)
{
	pid_t pid = fork();
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			(void)pause();
	}
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
	int64_t now = mfa_monotonic_ms();
	int64_t minute = 60000;
	pool.places[0].worker.pid = hangs;
	pool.places[0].busy_with = &taro;
	pool.places[1].worker.pid = works;
	pool.places[1].busy_with = &taro;
	pool.places[0].given_ms = now - minute;
	pool.places[1].given_ms = now;
	pool.places[2].worker.pid = idle;
	assert_int_equal(pool_end_hung(&pool), now + minute);
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
	struct fold_told told;
	struct connection taro = of_user(TARO);
	int ends[2];
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
	taro.fd = ends[0];
	assert_int_equal(pool_fill(&pool), MFA_OK);
	pid_t worker = pool.places[0].worker.pid;
	assert_int_equal(kill(worker, SIGSTOP), 0);
	assert_true(pool_give(&pool, &taro, JOB_GONE, &none));
	assert_ptr_equal(pool.places[0].busy_with, &taro);
	assert_int_equal(kill(worker, SIGKILL), 0);
	assert_ptr_equal(pool_take(&pool, 0, &told), &taro);
	assert_int_equal(taro.visit.wait, VISIT_END);
	assert_int_equal(pool.places[0].worker.pid, 0);
	assert_int_equal(pool_fill(&pool), MFA_OK);
	assert_int_not_equal(pool.places[0].worker.pid, 0);
	pool_done(&pool);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* all have ended */
	assert_int_equal(close(ends[0]) | close(ends[1]), 0);
}

struct hung_case {
	enum visit_wait wait;
	bool has_lingered; /* and took the answer, too */
	int patience_ms;   /* within which it is left alone */
	bool is_answered;
};

/* A worker that hangs, with its end of the socket. */
static struct worker start_hanging_worker(void)
{
	int ends[2];
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
	const struct worker worker = { .pid = start_sleeper(), .socket = ends[0] };
	assert_int_equal(close(ends[1]), 0);
	return worker;
}

/* Whether the step that hangs ends with a verdict. */
static void check_hung(const struct hung_case *hung)
{
	struct pool pool = { .config = NULL };
	struct connection login = from(CONNECTION_ELSEWHERE, hung->wait);
	unsigned char bytes[MFA_PACKET_SIZE];
	struct mfa_secret buffer = { bytes, sizeof bytes };
	struct mfa_span payload = { 0 };
	unsigned char letter = 0;
	struct fold_told told;
	int ends[2];
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
	login.fd = ends[0];
	pool.places[0].worker = start_hanging_worker();
	int64_t start = mfa_monotonic_ms();
	assert_int_equal(pool_begin(&pool), MFA_OK);
	assert_true(pool_give(&pool, &login, JOB_MESSAGE, &none));
	assert_int_equal(pool.boards[0].state, BOARD_LOOKING_UP);
	if (hung->has_lingered)
		assert_true(worker_board_leave(&pool.boards[0], BOARD_ANSWERING));
	assert_in_range(pool_end_hung(&pool) - start, hung->patience_ms,
			hung->patience_ms + 1000);
	pool.places[0].given_ms -= hung->patience_ms; /* as if they were over */
	(void)pool_end_hung(&pool);
	/* from there on the worker would take no answer */
	assert_int_equal(pool.boards[0].state == BOARD_CONDEMNED, hung->is_answered);
	assert_ptr_equal(pool_take(&pool, 0, &told), &login);
	assert_int_equal(login.visit.wait, VISIT_END);
	int err = mfa_packet_receive(ends[1], &buffer, 0, &letter, &payload);
	assert_int_equal(err == MFA_OK, hung->is_answered);
	if (hung->is_answered) {
		struct mfa_authd_verdict verdict;
		assert_int_equal(letter, MFA_AUTHD_VERDICT);
		assert_int_equal(mfa_authd_unpack_verdict(payload, &verdict), MFA_OK);
		assert_int_equal(verdict.verdict, MFA_UNAVAILABLE);
	}
	pool_done(&pool);
	assert_int_equal(close(ends[0]) | close(ends[1]), 0);
}

/* An answer that may have counted is asked for anew, which a name service that hangs must
 * not cause: the module would come back to it. */
static void a_first_step_that_hangs_is_answered(void **state MFA_UNUSED)
{
	check_hung(&(struct hung_case){ VISIT_BEGIN, false, 10000, true });
	check_hung(&(struct hung_case){ VISIT_REPLY, false, 60000, false });
	check_hung(&(struct hung_case){ VISIT_BEGIN, true, 60000, false });
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_user_has_one_worker_and_all_users_half),
		cmocka_unit_test(first_steps_have_half_unless_they_are_here),
		cmocka_unit_test(first_steps_of_users_elsewhere_leave_one_for_root),
		cmocka_unit_test(the_last_worker_is_for_who_is_here),
		cmocka_unit_test(a_user_who_is_here_waits_for_no_other_users),
		cmocka_unit_test(a_first_step_that_hangs_is_answered),
		cmocka_unit_test(a_worker_that_hangs_is_ended_and_an_idle_one_is_not),
		cmocka_unit_test(who_is_idle_is_not_waited_for),
		cmocka_unit_test(a_worker_that_dies_leaves_its_connection_to_be_closed),
	};
	return group_main("pool", tests);
}
