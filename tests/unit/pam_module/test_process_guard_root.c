/* SPDX-License-Identifier: BSD-2-Clause */
/* pam_module/process_guard.c: what it changes that root alone may change. */
#include "process_guard.h"

#include <linux/ioprio.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_caller_of_su_may_not_stop_it),
		cmocka_unit_test(a_process_without_rights_keeps_its_ids),
		cmocka_unit_test(who_holds_locks_does_not_idle_behind_its_callers_loops),
	};
	return root_group_main("process_guard_root", tests);
}
