#include "session.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"

/* In a child, whose limit is its own. */
static bool is_remote_without_descriptors(const char *tty)
{
	int status = 0;
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		const struct rlimit none = { 0, 0 };
		if (setrlimit(RLIMIT_NOFILE, &none) != 0)
			_exit(10);
		_exit(session_is_remote(tty) ? 1 : 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_not_equal(WEXITSTATUS(status), 10);
	return WEXITSTATUS(status) == 1;
}

static void a_session_that_nobody_can_look_up_is_remote(void **state MFA_UNUSED)
{
	assert_true(is_remote_without_descriptors(NULL));
	assert_true(is_remote_without_descriptors("/dev/tty1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_session_that_nobody_can_look_up_is_remote),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
