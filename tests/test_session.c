#include "session.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utmpx.h>

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

static struct utmpx entry_of(short type, const char *line, const char *host)
{
	struct utmpx entry = { .ut_type = type };
	(void)snprintf(entry.ut_line, sizeof entry.ut_line, "%s", line);
	(void)snprintf(entry.ut_host, sizeof entry.ut_host, "%s", host);
	return entry;
}

static void a_terminal_is_as_remote_as_its_session(void **state MFA_UNUSED)
{
	const struct utmpx entries[] = {
		entry_of(DEAD_PROCESS, "tty1", "192.0.2.1"),
		entry_of(USER_PROCESS, "tty1", ""),
		entry_of(USER_PROCESS, "pts/0", "192.0.2.1"),
		entry_of(USER_PROCESS, "pts/1", ":0"),
	};
	write_bytes("/run/utmp", entries, sizeof entries);
	assert_false(session_is_remote("/dev/tty1"));
	assert_true(session_is_remote("/dev/pts/0"));
	assert_true(session_is_remote("pts/0"));
	assert_false(session_is_remote("/dev/pts/1"));
	assert_false(session_is_remote("/dev/pts/2"));
	assert_false(session_is_remote(""));
	assert_false(session_is_remote("/dev/"));
	assert_false(session_is_remote(NULL));
	assert_int_equal(truncate("/run/utmp", sizeof entries[0] * 2 + 10), 0);
	assert_false(session_is_remote("/dev/pts/0")); /* half an entry is none */
	assert_int_equal(unlink("/run/utmp"), 0);
	assert_false(session_is_remote("/dev/pts/0"));
}

static void a_terminal_that_cannot_be_looked_up_is_remote(void **state MFA_UNUSED)
{
	assert_int_equal(mkdir("/run/utmp", 0755), 0);
	assert_true(session_is_remote("/dev/tty1"));
	assert_int_equal(rmdir("/run/utmp"), 0);
}

/* The kernel's word about this process, and logind's file of that session. */
static void a_process_is_as_remote_as_its_session(void **state MFA_UNUSED)
{
	static const struct {
		const char *cgroup;
		bool is_remote;
	} cases[] = {
		{ "0::/user.slice/user-0.slice/session-c7.scope\n", true },
		{ "0::/user.slice/user-0.slice/session-8.scope\n", false },
		{ "0::/user.slice/user-0.slice/session-9.scope\n", false }, /* gone */
		{ "0::/user.slice/user-0.slice/session-.scope\n", false },
		{ "0::/user.slice/user-0.slice/session-../c7.scope\n", false },
		{ "0::/user.slice/session-c7.slice\n", false },
		{ "0::/system.slice/ssh.service\n", false },
	};
	assert_int_equal(mkdir("/run/systemd", 0755), 0);
	assert_int_equal(mkdir("/run/systemd/sessions", 0755), 0);
	write_text("/run/systemd/sessions/c7", "UID=0\nREMOTE=1\nTYPE=tty\n");
	write_text("/run/systemd/sessions/8", "UID=0\nREMOTE=0\nTYPE=x11\n");
	write_text("/run/cgroup", "");
	assert_int_equal(mount("/run/cgroup", "/proc/self/cgroup", "none", MS_BIND, NULL),
			 0);
	for (size_t i = 0; i < MFA_COUNT(cases); i++) {
		write_text("/run/cgroup", cases[i].cgroup);
		if (session_is_remote(NULL) != cases[i].is_remote)
			fail_msg("%s", cases[i].cgroup);
	}
	assert_int_equal(umount("/proc/self/cgroup"), 0);
}

/* A /run of this process's own. */
static int hide_run(void **state MFA_UNUSED)
{
	if (unshare(CLONE_NEWNS) != 0 ||
	    mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) != 0)
		return -1;
	return mount("tmpfs", "/run", "tmpfs", 0, "mode=755");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_session_that_nobody_can_look_up_is_remote),
		cmocka_unit_test(a_terminal_is_as_remote_as_its_session),
		cmocka_unit_test(a_terminal_that_cannot_be_looked_up_is_remote),
		cmocka_unit_test(a_process_is_as_remote_as_its_session),
	};
	if (!can_run_tests())
		return EXIT_SKIPPED;
	return cmocka_run_group_tests_name("session", tests, hide_run, NULL) ? 1 : 0;
}
