/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/process.h"

#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mfa/base.h"
#include "support.h"

static void write_number(pid_t pid, char buffer[static 16])
{
	(void)snprintf(buffer, 16, "%d", (int)pid);
}

static void copy_program(const char *from, const char *to)
{
	static char bytes[1 << 20];
	size_t len = read_bytes(from, bytes, sizeof bytes);
	assert_true(len > 0 && len < sizeof bytes);
	write_bytes(to, bytes, len);
	assert_int_equal(chmod(to, 0755), 0);
}

static pid_t start_program(const char *path)
{
	pid_t pid = fork();
	if (pid == 0) {
		(void)execl(path, "another name", "60", (char *)NULL);
		_exit(127);
	}
	char program[PROCESS_PROGRAM_SIZE] = "";
	char number[16];
	write_number(pid, number);
	for (int i = 0; i < 100000 && strcmp(program, path) != 0; i++)
		if (!process_program(number, program))
			break;
	return pid;
}

static void end_program(pid_t pid)
{
	int status = 0;
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, &status, 0);
}

static void a_program_is_known_by_its_file_not_its_title(void **state)
{
	struct sandbox *box = *state;
	char program[PROCESS_PROGRAM_SIZE];
	char path[PATH_MAX];
	char number[16];
	assert_non_null(realpath(path_in(box, ""), path));
	(void)strncat(path, "/sleeper", sizeof path - strlen(path) - 1);
	copy_program("/bin/sleep", path);
	pid_t pid = start_program(path);
	write_number(pid, number);
	assert_true(process_program(number, program));
	assert_string_equal(program, path);
	/* also where an upgrade has replaced it */
	assert_int_equal(unlink(path), 0);
	assert_true(process_program(number, program));
	assert_string_equal(program, path);
	end_program(pid);
}

static void one_that_has_ended_has_none(void **state MFA_UNUSED)
{
	char program[PROCESS_PROGRAM_SIZE] = "as before";
	char number[16];
	pid_t pid = fork();
	if (pid == 0)
		_exit(0);
	end_program(pid);
	write_number(pid, number);
	assert_false(process_program(number, program));
	assert_false(process_is_roots(number));
}

static void a_name_that_says_root_is_none(void **state MFA_UNUSED)
{
	char number[16];
	write_number(getpid(), number);
	assert_true(process_is_roots(number));
	pid_t pid = fork();
	if (pid == 0) {
		(void)prctl(PR_SET_NAME, "\nUid:\t0\t0\t0\t0\n");
		if (setresuid(65534, 65534, 65534) != 0)
			_exit(77);
		(void)pause();
		_exit(0);
	}
	write_number(pid, number);
	for (int i = 0; i < 100000 && process_is_roots(number); i++)
		(void)sched_yield();
	assert_false(process_is_roots(number));
	end_program(pid);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		in_sandbox(a_program_is_known_by_its_file_not_its_title),
		cmocka_unit_test(one_that_has_ended_has_none),
		cmocka_unit_test(a_name_that_says_root_is_none),
	};
	return root_group_main("process", tests);
}
