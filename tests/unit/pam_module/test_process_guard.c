/* SPDX-License-Identifier: BSD-2-Clause */
#include "process_guard.h"

#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"

enum {
	CALLER = 1000,
};

static bool has_ids(uid_t real, uid_t effective, uid_t saved)
{
	uid_t r = 1;
	uid_t e = 1;
	uid_t s = 1;
	return getresuid(&r, &e, &s) == 0 && r == real && e == effective && s == saved;
}

static bool is_blocked(int signal_number)
{
	sigset_t now;
	return sigprocmask(SIG_SETMASK, NULL, &now) == 0 &&
	       sigismember(&now, signal_number) == 1;
}

static int with_signals(void)
{
	struct guard guard;
	process_guard_begin(&guard);
	if (!is_blocked(SIGTSTP) || !is_blocked(SIGXFSZ) || !is_blocked(SIGALRM))
		return 1;
	(void)raise(SIGXFSZ); /* it would end the process, were it not spent */
	if (!process_guard_end(&guard) || is_blocked(SIGTSTP) || is_blocked(SIGXFSZ))
		return 2;
	return 0;
}

static void signals_wait_and_a_limit_is_spent(void **state MFA_UNUSED)
{
	assert_int_equal(in_child(with_signals), 0);
}

static int with_a_mask(void)
{
	struct guard guard;
	sigset_t own;
	(void)sigemptyset(&own);
	(void)sigaddset(&own, SIGTSTP);
	(void)sigaddset(&own, SIGXFSZ);
	(void)sigprocmask(SIG_BLOCK, &own, NULL);
	(void)raise(SIGXFSZ);
	process_guard_begin(&guard);
	(void)process_guard_end(&guard);
	sigset_t pending;
	(void)sigpending(&pending);
	return is_blocked(SIGTSTP) && is_blocked(SIGXFSZ) &&
			       sigismember(&pending, SIGXFSZ) == 1
		       ? 0
		       : 1;
}

static void the_programs_own_mask_stays(void **state MFA_UNUSED)
{
	assert_int_equal(in_child(with_a_mask), 0);
}

static bool has_limit(int resource, rlim_t soft, rlim_t hard)
{
	struct rlimit now;
	return getrlimit((__rlimit_resource_t)resource, &now) == 0 &&
	       now.rlim_cur == soft && now.rlim_max == hard;
}

/* The resources that end work in the middle, at values that a caller may choose. */
static const struct {
	int resource;
	struct rlimit chosen;
} cut_offs[] = {
	{ RLIMIT_FSIZE, { 505, 8697 } },	 { RLIMIT_FSIZE, { 0, 505 } },
	{ RLIMIT_CPU, { 3600, 7200 } },		 { RLIMIT_AS, { 1L << 32, 1L << 33 } },
	{ RLIMIT_DATA, { 1L << 32, 1L << 33 } }, { RLIMIT_NOFILE, { 4, 4 } },
	{ RLIMIT_MEMLOCK, { 0, 4096 } },	 { RLIMIT_RTTIME, { 1, 1 } },
};

/* As far as it may: to the end, or to the hard limit. */
static rlim_t raised(int resource, const struct rlimit *chosen)
{
	if (!may_raise_limits())
		return chosen->rlim_max;
	return resource == RLIMIT_NOFILE ? 1024 * 1024 : RLIM_INFINITY;
}

static int with_limits(void)
{
	struct guard guard;
	for (size_t i = 0; i < MFA_COUNT(cut_offs); i++) {
		int resource = cut_offs[i].resource;
		const struct rlimit *chosen = &cut_offs[i].chosen;
		if (setrlimit((__rlimit_resource_t)resource, chosen) != 0)
			return 1;
		process_guard_begin(&guard);
		rlim_t meanwhile = raised(resource, chosen);
		if (!has_limit(resource, meanwhile, meanwhile))
			return 10 + (int)i;
		if (!process_guard_end(&guard) ||
		    !has_limit(resource, chosen->rlim_cur, chosen->rlim_max))
			return 3;
	}
	return 0;
}

static void the_callers_limits_do_not_hold_meanwhile(void **state MFA_UNUSED)
{
	assert_int_equal(in_child(with_limits), 0);
}

static int with_a_timer(void)
{
	const struct itimerval soon = { .it_value = { .tv_usec = 1000 } };
	struct guard guard;
	process_guard_begin(&guard);
	if (setitimer(ITIMER_REAL, &soon, NULL) != 0)
		return 1;
	for (sigset_t pending; sigpending(&pending) == 0;)
		if (sigismember(&pending, SIGALRM) == 1)
			break;
	(void)process_guard_end(&guard);
	return 0; /* not reached: the timer's signal ends the process here */
}

static void a_timer_of_the_caller_ends_it_behind_the_work(void **state MFA_UNUSED)
{
	int status = 0;
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(with_a_timer());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM);
}

static int without_a_beginning(void)
{
	struct guard guard = { .has_ids = true, .real = CALLER, .saved = CALLER };
	return process_guard_end(&guard) && has_ids(0, 0, 0) && !is_blocked(SIGTSTP) ? 0
										     : 1;
}

static void an_end_without_a_beginning_changes_nothing(void **state MFA_UNUSED)
{
	assert_int_equal(in_child(without_a_beginning), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signals_wait_and_a_limit_is_spent),
		cmocka_unit_test(the_programs_own_mask_stays),
		cmocka_unit_test(the_callers_limits_do_not_hold_meanwhile),
		cmocka_unit_test(a_timer_of_the_caller_ends_it_behind_the_work),
		cmocka_unit_test(an_end_without_a_beginning_changes_nothing),
	};
	return group_main("process_guard", tests);
}
