/* SPDX-License-Identifier: BSD-2-Clause */
/* tools/mfa-authd/worker.c: which steps a worker takes in one go. */
#include "worker.h"

#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "desk_fixture.h"
#include "job.h"

enum {
	PATIENCE_MS = 5000,
	LATE_MS = 50, /* for one who lingers */
};

static struct desk_fixture at;
static struct worker_board *board;
static struct worker worker;

static int setup(void **state MFA_UNUSED)
{
	desk_fixture_open(&at, "");
	at.module.patience_ms = PATIENCE_MS;
	board = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(board != MAP_FAILED);
	return worker_start(path_in(&at.host.box, "mfa.conf"), board, &worker);
}

static int teardown(void **state MFA_UNUSED)
{
	assert_int_equal(close(worker.socket), 0);
	assert_int_equal(end_of(worker.pid), 0);
	assert_int_equal(munmap(board, sizeof *board), 0);
	desk_fixture_close(&at);
	return 0;
}

#define with_worker(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static void give(bool may_linger)
{
	const struct job job = { .kind = JOB_MESSAGE,
				 .may_linger = may_linger,
				 .visit = at.visit };
	assert_int_equal(job_send(worker.socket, &job, at.desk.connection, -1), MFA_OK);
}

/* What the worker gives back. */
static struct job take(void)
{
	struct job job;
	int none = -1;
	assert_int_equal(job_receive(worker.socket, &job, &none, &none), MFA_OK);
	return job;
}

static void begin(void)
{
	const struct steps_login login = { .user = "root", .service = "test" };
	module_end_begin(&at.module, &login);
}

static void assert_allowed(void)
{
	assert_int_equal(module_end_take(&at.module), MFA_AUTHD_ASK);
	assert_int_equal(module_end_take(&at.module), MFA_AUTHD_TAKEN);
	assert_int_equal(module_end_take_verdict(&at.module), MFA_ALLOW);
}

static void an_answer_that_comes_at_once_is_taken_as_well(void **state MFA_UNUSED)
{
	begin();
	module_end_reply(&at.module, desk_fixture_code().text);
	give(true);
	struct job job = take();
	assert_allowed();
	assert_int_equal(job.visit.wait, VISIT_VERDICT);
	assert_true(job.is_answered);
	assert_int_equal(board->state, BOARD_ANSWERING);
}

static void a_module_that_goes_behind_the_verdict_is_seen_to_go(void **state MFA_UNUSED)
{
	begin();
	module_end_reply(&at.module, desk_fixture_code().text);
	mfa_close_fd(&at.module.fd);
	give(true);
	assert_int_equal(take().visit.wait, VISIT_END);
}

static void a_person_is_not_waited_for(void **state MFA_UNUSED)
{
	begin();
	give(true);
	struct job job = take();
	assert_int_equal(job.visit.wait, VISIT_REPLY);
	assert_false(job.is_answered);
	assert_int_equal(board->state, BOARD_LOOKING_UP);
	(void)poll(NULL, 0, LATE_MS);
	module_end_reply(&at.module, desk_fixture_code().text);
	at.visit = job.visit;
	give(true);
	job = take();
	assert_allowed();
	assert_true(job.is_answered);
	/* its step was this one from the start */
	assert_int_equal(board->state, BOARD_LOOKING_UP);
}

/* How fast it may be guessed is the parent's to say. */
static void a_second_answer_is_not_waited_for(void **state MFA_UNUSED)
{
	begin();
	module_end_reply(&at.module, "");
	module_end_reply(&at.module, desk_fixture_code().text);
	give(true);
	struct job job = take();
	assert_true(job.is_answered);
	assert_int_equal(module_end_take(&at.module), MFA_AUTHD_ASK);
	assert_int_equal(module_end_take(&at.module), MFA_AUTHD_TAKEN);
	assert_int_not_equal(job.visit.wait, VISIT_VERDICT);
	assert_int_not_equal(job.visit.result.verdict, MFA_ALLOW);
}

/* The parent is about to end it, and says that nothing was counted. */
static void who_is_condemned_takes_no_answer(void **state MFA_UNUSED)
{
	begin();
	module_end_reply(&at.module, desk_fixture_code().text);
	assert_true(worker_board_leave(board, BOARD_CONDEMNED));
	give(true);
	struct job job = take();
	assert_int_equal(job.visit.wait, VISIT_REPLY);
	assert_false(job.is_answered);
	assert_false(worker_board_leave(board, BOARD_ANSWERING));
	assert_int_equal(board->state, BOARD_CONDEMNED);
}

static void who_must_not_linger_takes_one_step(void **state MFA_UNUSED)
{
	begin();
	module_end_reply(&at.module, desk_fixture_code().text);
	give(false);
	struct job job = take();
	assert_int_equal(job.visit.wait, VISIT_REPLY);
	assert_false(job.is_answered);
	assert_int_equal(board->state, BOARD_LOOKING_UP);
	assert_int_equal(module_end_take(&at.module), MFA_AUTHD_ASK);
	at.module.patience_ms = 0;
	assert_int_equal(module_end_take(&at.module), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_worker(an_answer_that_comes_at_once_is_taken_as_well),
		with_worker(a_module_that_goes_behind_the_verdict_is_seen_to_go),
		with_worker(a_person_is_not_waited_for),
		with_worker(a_second_answer_is_not_waited_for),
		with_worker(who_is_condemned_takes_no_answer),
		with_worker(who_must_not_linger_takes_one_step),
	};
	return group_main("worker", tests);
}
