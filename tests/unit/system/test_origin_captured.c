/* SPDX-License-Identifier: BSD-2-Clause */
/* pam_module/origin: what real programs were when they asked PAM (origins/). Each process
 * is laid out once more, in a /proc and a /run of this test's own. */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mfa/origin.h"
#include "origins.h"
#include "support.h"

enum {
	TARO = 1001, /* in all of them */
};

/* The folder of the captured files: the test program's first argument. */
static const char *folder;

static void write_process(pid_t pid, pid_t parent, uid_t real_uid,
			  struct captured_terminal terminal, uint32_t session)
{
	char path[64];
	char text[256];
	(void)snprintf(path, sizeof path, "/proc/%d", (int)pid);
	(void)mkdir(path, 0755);
	(void)snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	unsigned number = (terminal.minor & 0xff) | terminal.major << 8 |
			  (terminal.minor & 0xfff00) << 12;
	(void)snprintf(text, sizeof text, "%d (x) S %d 1 1 %u 1 0 0\n", (int)pid,
		       (int)parent, number);
	write_text(path, text);
	(void)snprintf(path, sizeof path, "/proc/%d/sessionid", (int)pid);
	(void)snprintf(text, sizeof text, "%u\n", (unsigned)session);
	write_text(path, text);
	(void)snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
	(void)snprintf(text, sizeof text, "Name:\tx\nUid:\t%u\t0\t0\t0\n",
		       (unsigned)real_uid);
	write_text(path, text);
}

static void write_processes(const struct captured *captured)
{
	char path[64];
	pid_t parent = captured->n_parents > 0 ? captured->parents[0].pid : 1;
	write_process(captured->pid, parent, captured->real_uid, captured->terminal,
		      captured->sessionid);
	for (size_t i = 0; i < captured->n_parents; i++) {
		const struct captured_process *process = &captured->parents[i];
		parent = i + 1 < captured->n_parents ? captured->parents[i + 1].pid : 0;
		write_process(process->pid, parent, process->uid, process->terminal,
			      process->audit_session);
	}
	(void)snprintf(path, sizeof path, "/proc/%d/cgroup", (int)captured->pid);
	write_text(path, captured->cgroup);
}

static void write_session(const struct captured_session *session)
{
	char path[128];
	if (session->id == NULL)
		return;
	(void)snprintf(path, sizeof path, "/run/systemd/sessions/%s", session->id);
	write_text(path, session->record);
}

static pid_t leader_of(const struct captured_session *session)
{
	const char *leader = strstr(session->record, "LEADER=");
	return leader != NULL ? (pid_t)strtol(leader + 7, NULL, 10) : 0;
}

/* tmux outlives who started it: then login, which leads the session, is no parent. */
static void write_leader(const struct captured *captured)
{
	const struct captured_terminal none = { 0, 0 };
	if (captured->session.id == NULL)
		return;
	pid_t leader = leader_of(&captured->session);
	for (size_t i = 0; i < captured->n_parents; i++)
		if (captured->parents[i].pid == leader)
			return;
	if (leader > 0 && leader != captured->pid)
		write_process(leader, 1, 0, none, captured->sessionid);
}

static void write_sessions(const struct captured *captured)
{
	const struct captured_terminal none = { 0, 0 };
	if (strstr(captured->name, "without-logind") != NULL)
		return;
	assert_int_equal(mkdir("/run/systemd", 0755), 0);
	assert_int_equal(mkdir("/run/systemd/seats", 0755), 0);
	assert_int_equal(mkdir("/run/systemd/sessions", 0755), 0);
	write_session(&captured->session);
	write_leader(captured);
	for (size_t i = 0; i < captured->n_greeters; i++) {
		const struct captured_greeter *greeter = &captured->greeters[i];
		write_session(&greeter->session);
		write_process(leader_of(&greeter->session), greeter->leader_parent, 0,
			      none, CAPTURED_UNSET);
	}
}

static enum mfa_place place_of(const struct captured *captured)
{
	const bool has_display =
		captured->xdisplay != NULL && captured->xdisplay[0] != '\0';
	const struct origin_claims claims = {
		.service = captured->service,
		.rhost = captured->rhost,
		.display = has_display ? captured->xdisplay : captured->tty,
	};
	assert_int_equal(mount("tmpfs", "/run", "tmpfs", 0, "mode=755"), 0);
	assert_int_equal(mount("tmpfs", "/proc", "tmpfs", 0, "mode=755"), 0);
	write_processes(captured);
	write_sessions(captured);
	enum mfa_place place =
		origin_place(captured->pid, captured->real_uid, TARO, &claims);
	assert_int_equal(umount("/proc"), 0);
	assert_int_equal(umount("/run"), 0);
	return place;
}

static void each_is_where_it_was(void **state MFA_UNUSED)
{
	struct origins origins;
	unsigned wrong = 0;
	origins_load(folder, &origins);
	assert_in_range(origins.count, 60, 1000);
	for (size_t i = 0; i < origins.count; i++) {
		const struct captured *captured = &origins.list[i];
		bool is_local = place_of(captured) != MFA_PLACE_ELSEWHERE;
		if (is_local != captured->is_local)
			print_error("%s is %s\n", captured->name,
				    is_local ? "at this machine" : "elsewhere");
		wrong += is_local != captured->is_local;
	}
	origins_done(&origins);
	assert_int_equal(wrong, 0);
}

/* A /run and a /proc of this process's own. */
static int hide(void **state MFA_UNUSED)
{
	return unshare(CLONE_NEWNS) != 0 ||
	       mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) != 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_where_it_was),
	};
	if (!can_run_tests())
		return EXIT_FAILURE;
	folder = argc > 1 ? argv[1] : "origins";
	return cmocka_run_group_tests_name("origin_captured", tests, hide, NULL) ? 1 : 0;
}
