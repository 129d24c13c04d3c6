/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/system/origin_read.c: the facts of a process, from files of a test's own. */
#include "mfa/origin.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"

enum {
	PID = 4000,
	PARENT = 4001,
	GRANDPARENT = 4002,
	LEADER = 4003,
	VT_1 = 0x401,
	VT_64 = 0x440, /* ttyS0 */
	PTS_1 = 0x8801,
};

#define OWN "/user.slice/user-1000.slice/user@1000.service/app.slice"

static void write_process(int pid, int parent, int terminal, const char *session)
{
	char path[64];
	char text[256];
	(void)snprintf(path, sizeof path, "/proc/%d", pid);
	(void)mkdir(path, 0755);
	(void)snprintf(path, sizeof path, "/proc/%d/stat", pid);
	/* the name is the process's own to choose */
	(void)snprintf(text, sizeof text, "%d (su) 9 9) S %d 1 1 %d 1 0 0\n", pid, parent,
		       terminal);
	write_text(path, text);
	(void)snprintf(path, sizeof path, "/proc/%d/sessionid", pid);
	write_text(path, session);
	(void)snprintf(path, sizeof path, "/proc/%d/cgroup", pid);
	write_text(path, "");
}

static void write_leader(unsigned real_uid)
{
	char text[256];
	write_process(LEADER, 1, 0, "3\n");
	(void)snprintf(text, sizeof text, "Name:\tx\\nUid:\t0\nUid:\t%u\t0\t0\t0\n",
		       real_uid);
	write_text("/proc/4003/status", text);
}

static void write_cgroup(const char *text)
{
	write_text("/proc/4000/cgroup", text);
}

static struct origin read_origin(const char *display)
{
	const struct origin_claims claims = { .display = display };
	struct origin origin;
	memset(&origin, 0xa5, sizeof origin);
	origin_read(PID, 1000, &claims, &origin);
	return origin;
}

static void begin_logind(void)
{
	assert_int_equal(mkdir("/run/systemd", 0755), 0);
	assert_int_equal(mkdir("/run/systemd/seats", 0755), 0);
	assert_int_equal(mkdir("/run/systemd/sessions", 0755), 0);
}

/* A /run and a /proc of this process's own. */
static int hide(void **state MFA_UNUSED)
{
	if (unshare(CLONE_NEWNS) != 0 ||
	    mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) != 0 ||
	    mount("tmpfs", "/run", "tmpfs", 0, "mode=755") != 0)
		return -1;
	return mount("tmpfs", "/proc", "tmpfs", 0, "mode=755");
}

/* What looks for leaks at the end reads the true one. */
static int show(void **state MFA_UNUSED)
{
	return umount("/proc") != 0 || umount("/run") != 0;
}

static int begin(void **state MFA_UNUSED)
{
	if (mount("tmpfs", "/run", "tmpfs", 0, "mode=755") != 0 ||
	    mount("tmpfs", "/proc", "tmpfs", 0, "mode=755") != 0)
		return -1;
	write_process(PID, PARENT, PTS_1, "3\n");
	write_process(PARENT, GRANDPARENT, PTS_1, "3\n");
	write_process(GRANDPARENT, 1, 0, "3\n");
	return 0;
}

static int end(void **state MFA_UNUSED)
{
	return umount("/run") != 0 || umount("/proc") != 0;
}

static void a_session_is_read_from_logind(void **state MFA_UNUSED)
{
	begin_logind();
	write_cgroup("1:cpu:/\n0::/user.slice/user-1000.slice/session-3.scope\n");
	write_text("/run/systemd/sessions/3",
		   "# This is private data.\nUID=1000\nCLASS=user\nREMOTE=0\nSEAT=seat0\n"
		   "VTNR=7\nLEADER=4003\nDISPLAY=:0\nAUDIT=3\n");
	struct origin origin = read_origin(NULL);
	assert_int_equal(origin.real_uid, 1000);
	assert_true(origin.has_logind && origin.is_in_scope && !origin.is_in_service);
	assert_true(origin.is_audited);
	assert_int_equal(origin.audit_session, 3);
	assert_true(origin.session.is_there && !origin.session.is_remote);
	assert_string_equal(origin.session.seat, "seat0");
	assert_string_equal(origin.session.display, ":0");
	assert_int_equal(origin.session.vt, 7);
	assert_int_equal(origin.session.uid, 1000);
	assert_int_equal(origin.session.leader, LEADER);
	assert_false(origin.session.is_by_root); /* there is none */
	assert_false(origin.session.is_greeter);
	assert_int_equal(origin.vt, 0);
}

static void a_remote_session_is_told(void **state MFA_UNUSED)
{
	begin_logind();
	write_cgroup("0::/user.slice/user-1000.slice/session-c7.scope\n");
	write_text("/run/systemd/sessions/c7",
		   "UID=1000\nREMOTE=1\nSEAT=seat0\nVTNR=1\n");
	assert_true(read_origin(NULL).session.is_remote);
	write_text("/run/systemd/sessions/c7",
		   "UID=1000\nREMOTE=0\nREMOTE_HOST=192.0.2.1\n");
	assert_true(read_origin(NULL).session.is_remote);
	write_text("/run/systemd/sessions/c7", "UID=1000\nREMOTE=no\n");
	assert_true(read_origin(NULL).session.is_remote);
	write_text("/run/systemd/sessions/c7", "UID=1000\nSEAT=seat0\nVTNR=1\n");
	assert_false(read_origin(NULL).session.is_there); /* half a file */
	assert_int_equal(unlink("/run/systemd/sessions/c7"), 0);
	assert_false(read_origin(NULL).session.is_there);
}

static void control_groups_say_what_a_process_is(void **state MFA_UNUSED)
{
	static const struct {
		const char *text;
		bool is_in_scope;
		bool is_in_service;
	} cases[] = {
		{ "0::/user.slice/user-0.slice/session-8.scope\n", true, false },
		{ "0::/lxc/a/user.slice/user-0.slice/session-8.scope\n", true, false },
		{ "1:name=systemd:/user.slice/user-0.slice/session-8.scope\n", true,
		  false },
		{ "1:name=elogind:/8\n", true, false },
		{ "0::/system.slice/ssh.service\n", false, true },
		{ "0::/system.slice/system-getty.slice/getty@tty1.service\n", false,
		  true },
		{ "0::/user.slice/user-1000.slice/user@1000.service/app.slice/a.service\n",
		  false, false },
		{ "0::/user.slice/user-0.slice/session-.scope\n", false, false },
		{ "0::/user.slice/user-0.slice/session-../8.scope\n", false, false },
		{ "0::/user.slice/session-8.slice\n", false, false },
		{ "0::/user.slice/user-0.slice/session-8.scope/a\n", true, false },
		{ "0::/user.slice/user-0.slice/session-8.scopes\n", false, false },
		{ "0::/user.slice/user-.slice/a/session-8.scope\n", false, false },
		{ "0::/session-8.scope\n", false, false },
		/* names that a person gave to folders of the person's own */
		{ "0::" OWN "/session-8.scope\n", false, false },
		{ "0::" OWN "/user.slice/user-0.slice/session-8.scope\n", false, false },
		{ "0::/a.service/user.slice/user-0.slice/session-8.scope\n", false,
		  false },
		{ "0::/a.scope/user.slice/user-0.slice/session-8.scope\n", false, false },
		{ "0::" OWN "/name=elogind:/8\n", false, false },
		{ "1:name=elogind:/8/9\n", false, false },
		{ "0::" OWN "/:/system.slice/a.service\n", false, false },
		{ "0:/system.slice/a.service\n", false, false },
		{ "0::/\n", false, false },
		{ "", false, false },
	};
	begin_logind();
	for (size_t i = 0; i < MFA_COUNT(cases); i++) {
		write_cgroup(cases[i].text);
		struct origin origin = read_origin(NULL);
		if (origin.is_in_scope != cases[i].is_in_scope ||
		    origin.is_in_service != cases[i].is_in_service)
			fail_msg("%s", cases[i].text);
	}
}

static void a_virtual_terminal_is_told_from_others(void **state MFA_UNUSED)
{
	write_process(PID, PARENT, VT_1, "3\n");
	assert_int_equal(read_origin(NULL).vt, 1);
	write_process(PID, PARENT, VT_64, "3\n");
	assert_int_equal(read_origin(NULL).vt, 0);
	write_process(PID, PARENT, PTS_1, "3\n");
	assert_int_equal(read_origin(NULL).vt, 0);
	write_process(PID, PARENT, 0, "3\n");
	assert_int_equal(read_origin(NULL).vt, 0);
	write_text("/proc/4000/stat", "4000 (su\n");
	assert_int_equal(read_origin(NULL).vt, 0);
}

static void without_logind_the_parents_are_asked(void **state MFA_UNUSED)
{
	struct origin origin = read_origin(NULL);
	assert_false(origin.has_logind);
	assert_int_equal(origin.vt_above, 0);
	write_process(GRANDPARENT, 1, VT_1, "3\n");
	assert_int_equal(read_origin(NULL).vt_above, 1);
	/* a daemon in between, which took the place of a parent that went */
	write_process(PARENT, 1, PTS_1, "3\n");
	assert_int_equal(read_origin(NULL).vt_above, 0);
	/* another login's */
	write_process(PARENT, GRANDPARENT, PTS_1, "3\n");
	write_process(GRANDPARENT, 1, VT_1, "4\n");
	assert_int_equal(read_origin(NULL).vt_above, 0);
	write_process(GRANDPARENT, 1, VT_1, "4294967295\n");
	assert_int_equal(read_origin(NULL).vt_above, 0);
}

static void parents_without_end_are_left(void **state MFA_UNUSED)
{
	write_process(PARENT, PARENT, PTS_1, "3\n");
	assert_int_equal(read_origin(NULL).vt_above, 0);
}

static void an_unnumbered_process_is_told(void **state MFA_UNUSED)
{
	write_process(PID, PARENT, PTS_1, "4294967295\n");
	assert_false(read_origin(NULL).is_audited);
	assert_int_equal(unlink("/proc/4000/sessionid"), 0);
	assert_false(read_origin(NULL).is_audited);
	write_text("/proc/4000/sessionid", "x");
	assert_false(read_origin(NULL).is_audited);
}

static void who_has_started_a_process_is_where_it_is(void **state MFA_UNUSED)
{
	static const char in_scope[] = "0::/user.slice/user-1000.slice/session-3.scope\n";
	assert_false(origin_are_together(PID, LEADER)); /* it is not there */
	write_process(LEADER, 1, 0, "3\n");
	write_text("/proc/4000/cgroup", in_scope);
	write_text("/proc/4003/cgroup", in_scope);
	assert_true(origin_are_together(PID, LEADER));
	write_text("/proc/4003/sessionid", "4\n");
	assert_false(origin_are_together(PID, LEADER));
	write_text("/proc/4003/sessionid", "4294967295\n");
	assert_false(origin_are_together(PID, LEADER));
	write_text("/proc/4000/sessionid", "4294967295\n");
	assert_true(origin_are_together(PID, LEADER));
	write_text("/proc/4003/cgroup",
		   "0::/user.slice/user-1000.slice/session-4.scope\n");
	assert_false(origin_are_together(PID, LEADER));
}

static void write_greeter(const char *display)
{
	char text[256];
	(void)snprintf(
		text, sizeof text,
		"UID=110\nCLASS=greeter\nREMOTE=0\nSEAT=seat0\nVTNR=7\nDISPLAY=%s\n"
		"LEADER=%d\n",
		display, LEADER);
	write_text("/run/systemd/sessions/c1", text);
}

static void the_greeter_of_the_same_manager_is_found(void **state MFA_UNUSED)
{
	begin_logind();
	write_cgroup("0::/system.slice/lightdm.service\n");
	write_text("/run/systemd/sessions/2",
		   "UID=1\nCLASS=user\nREMOTE=0\nDISPLAY=:0\n");
	write_greeter(":0");
	write_process(LEADER, PARENT, 0, "4294967295\n");
	struct origin origin = read_origin(":0");
	assert_true(origin.greeter.is_greeter);
	assert_string_equal(origin.greeter.id, "c1");
	assert_false(read_origin(":1").greeter.is_greeter);
	assert_false(read_origin(NULL).greeter.is_greeter);
	struct origin untold;
	origin_read(PID, 0, NULL, &untold);
	assert_true(untold.greeter.is_greeter);		       /* at whichever display */
	write_process(LEADER, GRANDPARENT, 0, "4294967295\n"); /* another manager's */
	assert_false(read_origin(":0").greeter.is_greeter);
	write_process(LEADER, PARENT, 0, "4294967295\n");
	write_cgroup("0::/user.slice/user-1000.slice/session-2.scope\n");
	assert_false(read_origin(":0").greeter.is_greeter);
}

/* su has a session made by logind too, of what its caller can tell it. */
static void a_session_that_no_process_of_roots_leads_is_not_believed(
	void **state MFA_UNUSED)
{
	const struct origin_claims claims = { .rhost = NULL };
	begin_logind();
	write_cgroup("0::/user.slice/user-1000.slice/session-3.scope\n");
	write_text("/run/systemd/sessions/3",
		   "UID=1000\nREMOTE=0\nSEAT=seat0\nVTNR=7\nLEADER=4003\n");
	assert_int_equal(origin_place(PID, 1000, 1000, &claims), MFA_PLACE_ELSEWHERE);
	write_leader(1000);
	assert_int_equal(origin_place(PID, 1000, 1000, &claims), MFA_PLACE_ELSEWHERE);
	write_leader(0);
	assert_int_equal(origin_place(PID, 1000, 1000, &claims), MFA_PLACE_OWN);
}

/* In a child, whose limit is its own. */
static void what_cannot_be_read_proves_nothing(void **state MFA_UNUSED)
{
	int status = 0;
	begin_logind();
	write_cgroup("0::/user.slice/user-1000.slice/session-3.scope\n");
	write_text("/run/systemd/sessions/3",
		   "UID=1000\nREMOTE=0\nSEAT=seat0\nVTNR=7\nLEADER=4003\n");
	write_leader(0);
	const struct origin_claims claims = { .rhost = NULL };
	assert_int_equal(origin_place(PID, 1000, 1000, &claims), MFA_PLACE_OWN);
	assert_int_equal(origin_place(PID, 1000, 1001, &claims), MFA_PLACE_OTHERS);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		const struct rlimit none = { 0, 0 };
		if (setrlimit(RLIMIT_NOFILE, &none) != 0)
			_exit(10);
		_exit(origin_place(PID, 1000, 1000, &claims) != MFA_PLACE_ELSEWHERE ? 1
										    : 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

#define in_files(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_files(a_session_is_read_from_logind),
		in_files(a_remote_session_is_told),
		in_files(control_groups_say_what_a_process_is),
		in_files(a_virtual_terminal_is_told_from_others),
		in_files(without_logind_the_parents_are_asked),
		in_files(parents_without_end_are_left),
		in_files(an_unnumbered_process_is_told),
		in_files(who_has_started_a_process_is_where_it_is),
		in_files(the_greeter_of_the_same_manager_is_found),
		in_files(a_session_that_no_process_of_roots_leads_is_not_believed),
		in_files(what_cannot_be_read_proves_nothing),
	};
	if (!can_run_tests())
		return EXIT_FAILURE;
	return cmocka_run_group_tests_name("origin_read", tests, hide, show) ? 1 : 0;
}
