/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"

enum {
	FIRST = 100,
	COUNT = 300, /* more than one read of the folder gives */
};

static bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

/* Which are open: those below FIRST, and none of the others. */
static bool is_as_wanted(void)
{
	for (int fd = FIRST; fd < FIRST + COUNT; fd++)
		if (is_open(fd))
			return false;
	return is_open(STDERR_FILENO) && is_open(FIRST - 1);
}

static void those_from_a_number_on_are_closed(void **state MFA_UNUSED)
{
	int status = 0;
	pid_t child = fork();
	if (child == 0) {
		for (int fd = FIRST - 1; fd < FIRST + COUNT; fd++)
			if (dup2(STDERR_FILENO, fd) != fd)
				_exit(2);
		_exit(mfa_close_from(FIRST) == MFA_OK && is_as_wanted() ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

/* As a kernel before 5.9, and tools for it, answer. */
static int forget_close_range(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_close_range, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { MFA_COUNT(filter), filter };
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0 ||
	       syscall(SYS_close_range, ~0U, ~0U, 0) == 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(those_from_a_number_on_are_closed),
	};
	bool is_old = argc > 1 && strcmp(argv[1], "without-close-range") == 0;
	if (is_old && forget_close_range() != 0)
		return 1;
	return cmocka_run_group_tests_name("descriptors", tests, NULL, NULL);
}
