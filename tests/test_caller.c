/* pam_module/caller.c: who starts a set-uid program, from a /proc of this test's own. */
#include "caller.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mfa/policy.h"
#include "support.h"

enum {
	DAEMON = 1, /* an account of every host */
	WITHOUT_ACCOUNT = 1234567,
	TARO = 1001,
};

static void write_login_uid(const char *text)
{
	write_text("/proc/self/loginuid", text);
}

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
	write_login_uid("1001");
	assert_caller(0, 0);
}

static void the_login_counts_whatever_became_of_the_user_id(void **state MFA_UNUSED)
{
	write_login_uid("1001");
	assert_caller(DAEMON, TARO);
	assert_caller(WITHOUT_ACCOUNT, TARO);
}

static void without_one_the_real_user_id_counts(void **state MFA_UNUSED)
{
	static const char *const texts[] = { "4294967295", "0" };
	for (size_t i = 0; i < MFA_COUNT(texts); i++) {
		write_login_uid(texts[i]);
		assert_caller(DAEMON, DAEMON);
		assert_caller(WITHOUT_ACCOUNT, MFA_CALLER_NAMELESS);
	}
	assert_int_equal(unlink("/proc/self/loginuid"), 0);
	assert_caller(DAEMON, DAEMON);
	assert_caller(WITHOUT_ACCOUNT, MFA_CALLER_NAMELESS);
}

static void what_cannot_be_read_is_one_source_for_all(void **state MFA_UNUSED)
{
	static const char *const texts[] = { "", "x", "99999999999",
					     "00000000000000000000000000000001001" };
	for (size_t i = 0; i < MFA_COUNT(texts); i++) {
		write_login_uid(texts[i]);
		assert_caller(DAEMON, MFA_CALLER_NAMELESS);
	}
}

static int hide(void **state MFA_UNUSED)
{
	return unshare(CLONE_NEWNS) != 0 ||
	       mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) != 0 ||
	       mount("tmpfs", "/proc", "tmpfs", 0, "mode=755") != 0 ||
	       mkdir("/proc/self", 0755) != 0;
}

/* What looks for leaks at the end reads the true one. */
static int show(void **state MFA_UNUSED)
{
	return umount("/proc");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_root_has_started_is_roots),
		cmocka_unit_test(the_login_counts_whatever_became_of_the_user_id),
		cmocka_unit_test(without_one_the_real_user_id_counts),
		cmocka_unit_test(what_cannot_be_read_is_one_source_for_all),
	};
	if (!can_run_tests())
		return EXIT_SKIPPED;
	return cmocka_run_group_tests_name("caller", tests, hide, show) ? 1 : 0;
}
