/* pam_module/caller.c: whose guesses those at a set-uid program are. */
#include "caller.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mfa/policy.h"
#include "support.h"

enum {
	DAEMON = 1, /* an account of every host */
	WITHOUT_ACCOUNT = 1234567,
};

/* In a child, whose real user id is its own to change. */
static void assert_caller(uid_t real, uint32_t wanted)
{
	int status = 0;
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(setresuid(real, 0, 0) != 0 || caller_find() != wanted);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void what_root_has_started_is_roots(void **state MFA_UNUSED)
{
	assert_caller(0, 0);
}

static void an_account_is_its_own_source(void **state MFA_UNUSED)
{
	assert_caller(DAEMON, DAEMON);
}

static void ids_without_an_account_are_one(void **state MFA_UNUSED)
{
	assert_caller(WITHOUT_ACCOUNT, MFA_CALLER_NAMELESS);
	assert_caller(WITHOUT_ACCOUNT + 1, MFA_CALLER_NAMELESS);
}

/* A person may start su with so few that nobody can be asked. */
static void nor_does_a_limit_make_another_source(void **state MFA_UNUSED)
{
	int status = 0;
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		const struct rlimit none = { 0, 0 };
		_exit(setresuid(WITHOUT_ACCOUNT, 0, 0) != 0 ||
		      setrlimit(RLIMIT_NOFILE, &none) != 0 ||
		      caller_find() != MFA_CALLER_NAMELESS);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_root_has_started_is_roots),
		cmocka_unit_test(an_account_is_its_own_source),
		cmocka_unit_test(ids_without_an_account_are_one),
		cmocka_unit_test(nor_does_a_limit_make_another_source),
	};
	return group_main("caller", tests);
}
