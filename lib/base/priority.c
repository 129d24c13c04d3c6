/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/priority.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if __has_include(<linux/ioprio.h>) /* Linux 5.15 */
#include <linux/ioprio.h>
#else
enum {
	IOPRIO_WHO_PROCESS = 1,
	IOPRIO_CLASS_BE = 2,
};
#endif

enum {
	LEAST_NICE = -20,
	TIMER_SLACK_NS = 50000, /* the kernel's own */
	IO_CLASS_SHIFT = 13,
	IO_NORMAL = 4, /* of 0 to 7 */
};

static bool is_below_others(int policy)
{
	policy &= ~SCHED_RESET_ON_FORK;
	return policy == SCHED_IDLE || policy == SCHED_BATCH;
}

static void set_policy(int policy)
{
	const struct sched_param plain = { 0 };
	(void)sched_setscheduler(0, policy, &plain);
}

static void set_io(long priority)
{
	(void)syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, priority);
}

void mfa_priority_raise(struct mfa_priority *ret_before)
{
	cpu_set_t all;
	memset(&all, 0xff, sizeof all);
	*ret_before = (struct mfa_priority){
		.policy = sched_getscheduler(0),
		.io = syscall(SYS_ioprio_get, IOPRIO_WHO_PROCESS, 0),
		.timer_slack = prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0),
	};
	errno = 0;
	ret_before->nice = getpriority(PRIO_PROCESS, 0);
	ret_before->has_nice = errno == 0;
	ret_before->has_processors = sched_getaffinity(0, sizeof ret_before->processors,
						       &ret_before->processors) == 0;
	if (is_below_others(ret_before->policy))
		set_policy(SCHED_OTHER);
	/* without permission for more, at least not below others */
	if (ret_before->has_nice && setpriority(PRIO_PROCESS, 0, LEAST_NICE) != 0 &&
	    ret_before->nice > 0)
		(void)setpriority(PRIO_PROCESS, 0, 0);
	if (ret_before->has_processors)
		(void)sched_setaffinity(0, sizeof all, &all);
	set_io(IOPRIO_CLASS_BE << IO_CLASS_SHIFT | IO_NORMAL);
	(void)prctl(PR_SET_TIMERSLACK, TIMER_SLACK_NS, 0, 0, 0);
}

void mfa_priority_restore(const struct mfa_priority *before)
{
	if (before->timer_slack > 0)
		(void)prctl(PR_SET_TIMERSLACK, before->timer_slack, 0, 0, 0);
	if (before->io >= 0)
		set_io(before->io);
	if (before->has_processors)
		(void)sched_setaffinity(0, sizeof before->processors,
					&before->processors);
	if (before->has_nice)
		(void)setpriority(PRIO_PROCESS, 0, before->nice);
	if (is_below_others(before->policy))
		set_policy(before->policy);
}
