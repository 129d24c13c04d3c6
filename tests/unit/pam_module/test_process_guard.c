#include "process_guard.h"

#include <linux/capability.h>
#include <linux/ioprio.h>
#include <sched.h>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"

enum {
	CALLER = 1000,
	IO_CLASS_SHIFT = 13,
	LONG_SLACK_NS = 1000000000,
};

static void set_ids(uid_t real, uid_t effective, uid_t saved)
{
	if (setresuid(real, effective, saved) != 0)
		_exit(10);
}

static bool has_ids(uid_t real, uid_t effective, uid_t saved)
{
	uid_t r = 1;
	uid_t e = 1;
	uid_t s = 1;
	return getresuid(&r, &e, &s) == 0 && r == real && e == effective && s == saved;
}

/* The tests change what belongs to the process: each has one of its own. */
static int in_child(int (*work)(void))
{
	int status = 0;
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(work());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int as_su(void)
{
	struct guard guard;
	set_ids(CALLER, 0, 0);
	process_guard_begin(&guard);
	if (!has_ids(0, 0, 0))
		return 1;
	if (!process_guard_end(&guard))
		return 2;
	return has_ids(CALLER, 0, 0) ? 0 : 3;
}

static void the_caller_of_su_may_not_stop_it(void **state MFA_UNUSED)
{
	assert_int_equal(in_child(as_su), 0);
}

static int as_a_person(void)
{
	struct guard guard;
	set_ids(CALLER, CALLER, CALLER);
	process_guard_begin(&guard);
	if (!has_ids(CALLER, CALLER, CALLER))
		return 1;
	return process_guard_end(&guard) && has_ids(CALLER, CALLER, CALLER) ? 0 : 2;
}

static void a_process_without_rights_keeps_its_ids(void **state MFA_UNUSED)
{
	assert_int_equal(in_child(as_a_person), 0);
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

static bool is_idle(void)
{
	cpu_set_t one;
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	cpu_set_t now;
	return sched_getscheduler(0) == SCHED_IDLE && getpriority(PRIO_PROCESS, 0) == 7 &&
	       sched_getaffinity(0, sizeof now, &now) == 0 && CPU_EQUAL(&one, &now) &&
	       syscall(SYS_ioprio_get, IOPRIO_WHO_PROCESS, 0) ==
		       IOPRIO_CLASS_IDLE << IO_CLASS_SHIFT &&
	       prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0) == LONG_SLACK_NS;
}

static int as_an_idle_one(void)
{
	struct guard guard;
	const struct sched_param plain = { 0 };
	cpu_set_t one;
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	if (setpriority(PRIO_PROCESS, 0, 7) != 0 ||
	    sched_setscheduler(0, SCHED_IDLE, &plain) != 0 ||
	    sched_setaffinity(0, sizeof one, &one) != 0 ||
	    syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0,
		    IOPRIO_CLASS_IDLE << IO_CLASS_SHIFT) != 0 ||
	    prctl(PR_SET_TIMERSLACK, (unsigned long)LONG_SLACK_NS, 0, 0, 0) != 0 ||
	    !is_idle())
		return 1;
	set_ids(CALLER, 0, 0);
	process_guard_begin(&guard);
	cpu_set_t now;
	if (sched_getscheduler(0) != SCHED_OTHER || getpriority(PRIO_PROCESS, 0) > 0 ||
	    sched_getaffinity(0, sizeof now, &now) != 0 ||
	    CPU_COUNT(&now) != (int)sysconf(_SC_NPROCESSORS_ONLN) ||
	    syscall(SYS_ioprio_get, IOPRIO_WHO_PROCESS, 0) !=
		    (IOPRIO_CLASS_BE << IO_CLASS_SHIFT | 4) ||
	    prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0) > LONG_SLACK_NS / 1000)
		return 2;
	if (!process_guard_end(&guard))
		return 3;
	return is_idle() ? 0 : 4;
}

static void who_holds_locks_does_not_idle_behind_its_callers_loops(
	void **state MFA_UNUSED)
{
	assert_int_equal(in_child(as_an_idle_one), 0);
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

/* Whether this process has CAP_SYS_RESOURCE, which root of a container may lack. */
static bool may_raise(void)
{
	return prctl(PR_CAPBSET_READ, CAP_SYS_RESOURCE) == 1;
}

/* As far as it may: to the end, or to the hard limit. */
static rlim_t raised(int resource, const struct rlimit *chosen)
{
	if (!may_raise())
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
	return 0; /* never come to: the timer's signal ends the process here */
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
		cmocka_unit_test(the_caller_of_su_may_not_stop_it),
		cmocka_unit_test(a_process_without_rights_keeps_its_ids),
		cmocka_unit_test(signals_wait_and_a_limit_is_spent),
		cmocka_unit_test(the_programs_own_mask_stays),
		cmocka_unit_test(who_holds_locks_does_not_idle_behind_its_callers_loops),
		cmocka_unit_test(the_callers_limits_do_not_hold_meanwhile),
		cmocka_unit_test(a_timer_of_the_caller_ends_it_behind_the_work),
		cmocka_unit_test(an_end_without_a_beginning_changes_nothing),
	};
	return group_main("process_guard", tests);
}
