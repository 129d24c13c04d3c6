/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/process.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "mfa/peer.h"
#include "support.h"

static void a_process_has_a_parent_and_a_start(void **state MFA_UNUSED)
{
	struct mfa_process process = { .pid = 0 };
	assert_int_equal(mfa_process_read(getpid(), &process), MFA_OK);
	assert_int_equal(process.pid, getpid());
	assert_int_equal(process.parent, getppid());
	int64_t start_ms = process.start_ticks * 1000 / sysconf(_SC_CLK_TCK);
	assert_true(start_ms > 0 && start_ms <= mfa_boottime_ms());
}

static void its_name_cannot_mislead(void **state MFA_UNUSED)
{
	struct mfa_process process = { .pid = 0 };
	assert_int_equal(prctl(PR_SET_NAME, ") S 1 1 1"), 0);
	assert_int_equal(mfa_process_read(getpid(), &process), MFA_OK);
	assert_int_equal(process.parent, getppid());
}

static void number_and_start_name_one_process(void **state MFA_UNUSED)
{
	const struct mfa_process process = { .pid = INT_MAX,
					     .parent = 1,
					     .start_ticks = INT64_MAX };
	char name[MFA_PROCESS_NAME_SIZE];
	mfa_process_name(&process, name);
	assert_string_equal(name, "2147483647@9223372036854775807");
}

static void one_that_has_ended_is_not_there(void **state MFA_UNUSED)
{
	struct mfa_process process = { .pid = 0 };
	pid_t pid = fork();
	if (pid == 0)
		_exit(0);
	(void)end_of(pid);
	assert_int_equal(mfa_process_read(pid, &process), MFA_ERR_NOTFOUND);
	assert_false(mfa_process_is_before_login(pid));
}

static void before_a_login_there_is_no_identity(void **state MFA_UNUSED)
{
	char text[MFA_PROCESS_TEXT_SIZE];
	if (!mfa_process_read_file(getpid(), "loginuid", text))
		skip();
	bool is_unset = strtoul(text, NULL, 10) == UINT32_MAX;
	assert_int_equal(mfa_process_is_before_login(getpid()), is_unset);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_process_has_a_parent_and_a_start),
		cmocka_unit_test(its_name_cannot_mislead),
		cmocka_unit_test(number_and_start_name_one_process),
		cmocka_unit_test(one_that_has_ended_is_not_there),
		cmocka_unit_test(before_a_login_there_is_no_identity),
	};
	return group_main("process", tests);
}
