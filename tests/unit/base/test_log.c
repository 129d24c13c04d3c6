/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/base/log.c, with a syslog daemon of the test's own at /dev/log. */
#include "mfa/log.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "support.h"

enum {
	LINE_SIZE = 4096,
	MANY = 2000,
	PATIENCE_MS = 20,
};

static int daemon_fd = -1;

/* /dev is this test's own. */
static void hide_dev(void)
{
	assert_int_equal(unshare(CLONE_NEWNS), 0);
	assert_int_equal(mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL), 0);
	assert_int_equal(mount("none", "/dev", "tmpfs", 0, NULL), 0);
}

static void start_daemon(int type)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = _PATH_LOG };
	(void)unlink(_PATH_LOG);
	daemon_fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_true(daemon_fd >= 0);
	assert_int_equal(bind(daemon_fd, (struct sockaddr *)&address, sizeof address), 0);
}

static void end_daemon(void)
{
	mfa_close_fd(&daemon_fd);
}

static int setup(void **state MFA_UNUSED)
{
	hide_dev();
	start_daemon(SOCK_DGRAM);
	mfa_log_open("tester", PATIENCE_MS);
	return 0;
}

static int teardown(void **state MFA_UNUSED)
{
	mfa_log_close();
	end_daemon();
	return 0;
}

/* false: there is none. */
static bool read_line(char ret_line[static LINE_SIZE])
{
	ssize_t got = recv(daemon_fd, ret_line, LINE_SIZE - 1, 0);
	ret_line[got > 0 ? got : 0] = '\0';
	return got > 0;
}

static void assert_line_ends(const char *text)
{
	char line[LINE_SIZE];
	assert_true(read_line(line));
	size_t len = strlen(line);
	assert_true(len >= strlen(text));
	assert_string_equal(line + len - strlen(text), text);
}

static void a_line_is_as_syslog_writes_it(void **state MFA_UNUSED)
{
	char ours[LINE_SIZE];
	char theirs[LINE_SIZE];
	mfa_log(LOG_NOTICE, "%s %d", "text", 7);
	syslog(LOG_AUTHPRIV | LOG_NOTICE, "%s %d", "text", 7);
	assert_true(read_line(ours) && read_line(theirs));
	memset(strchr(ours, '>') + 1, ' ', strlen("Jan  1 00:00:00"));
	memset(strchr(theirs, '>') + 1, ' ', strlen("Jan  1 00:00:00"));
	assert_string_equal(ours, theirs);
}

static void a_daemon_that_reads_nothing_keeps_nobody_waiting(void **state MFA_UNUSED)
{
	int64_t start = mfa_monotonic_ms();
	unsigned taken = 0;
	char line[LINE_SIZE];
	char told[128];
	for (unsigned i = 0; i < MANY; i++)
		mfa_log(LOG_ERR, "line %u", i);
	/* it is waited for once, not for each */
	assert_true(mfa_monotonic_ms() - start < (int64_t)PATIENCE_MS * MANY / 4);
	while (read_line(line))
		taken++;
	assert_true(taken > 0 && taken < MANY);
	mfa_log(LOG_ERR, "after that");
	(void)snprintf(told, sizeof told,
		       "the syslog daemon did not take the %u lines before this one",
		       MANY - taken);
	assert_line_ends(told);
	assert_line_ends("]: after that");
	mfa_log(LOG_ERR, "and so on");
	assert_line_ends("]: and so on");
}

static void a_daemon_that_was_started_anew_gets_the_next_line(void **state MFA_UNUSED)
{
	mfa_log(LOG_ERR, "one");
	assert_line_ends("]: one");
	end_daemon();
	mfa_log(LOG_ERR, "lost");
	start_daemon(SOCK_DGRAM);
	mfa_log(LOG_ERR, "two");
	assert_line_ends("did not take the 1 lines before this one");
	assert_line_ends("]: two");
}

static void a_long_line_is_cut(void **state MFA_UNUSED)
{
	char text[2 * MFA_LOG_LINE_SIZE];
	char line[LINE_SIZE];
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	mfa_log(LOG_ERR, "%s", text);
	assert_true(read_line(line));
	assert_int_equal(strlen(strchr(line, 'x')), MFA_LOG_LINE_SIZE - 1);
}

/* As some daemons have it. */
static void a_stream_gets_the_line_too(void **state MFA_UNUSED)
{
	char line[LINE_SIZE] = "";
	end_daemon();
	start_daemon(SOCK_STREAM);
	assert_int_equal(listen(daemon_fd, 1), 0);
	mfa_log(LOG_ERR, "one");
	mfa_log(LOG_ERR, "two");
	MFA_CLEANUP(mfa_close_fd) int end = accept(daemon_fd, NULL, NULL);
	assert_true(end >= 0);
	ssize_t got = recv(end, line, sizeof line - 1, 0);
	assert_true(got > 0);
	assert_non_null(strstr(line, "]: one"));
	assert_non_null(memmem(line, (size_t)got, "]: two", 6));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_line_is_as_syslog_writes_it, setup,
						teardown),
		cmocka_unit_test_setup_teardown(
			a_daemon_that_reads_nothing_keeps_nobody_waiting, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			a_daemon_that_was_started_anew_gets_the_next_line, setup,
			teardown),
		cmocka_unit_test_setup_teardown(a_long_line_is_cut, setup, teardown),
		cmocka_unit_test_setup_teardown(a_stream_gets_the_line_too, setup,
						teardown),
	};
	if (geteuid() != 0) {
		(void)puts("nobody but root can have a /dev of their own");
		return 77; /* skipped, to meson */
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
