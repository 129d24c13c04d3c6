/* SPDX-License-Identifier: BSD-2-Clause */
/* tools/mfa-authd/once.c and main.c: who may have a login checked without the service,
 * and what the others are told. */
#include "once.h"

#include <fcntl.h>
#include <pwd.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "console.h"
#include "module_end.h"
#include "service_fixture.h"

enum {
	PATIENCE_MS = 10000
};

static const char *program;

static struct {
	struct test_host host;
	struct module_end module;
	int service; /* the other end */
	uid_t user;
} at;

static int setup(void **state MFA_UNUSED)
{
	int ends[2];
	const struct passwd *entry = getpwnam("daemon");
	assert_non_null(entry);
	service_fixture_prepare();
	at.user = entry->pw_uid;
	host_open(&at.host, "", "");
	enroll(at.host.host.store, "root", &totp_spec, 1);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
	at.module = (struct module_end){ .fd = ends[0], .patience_ms = PATIENCE_MS };
	at.service = ends[1];
	return 0;
}

static int teardown(void **state MFA_UNUSED)
{
	mfa_close_fd(&at.module.fd);
	mfa_close_fd(&at.service);
	host_close(&at.host);
	return 0;
}

#define once(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static int check(int connection, int *ret_hold)
{
	struct mfa_diag diag = { .text = "" };
	int err = once_check(connection, &diag, ret_hold);
	assert_true((err == MFA_OK) == (diag.text[0] == '\0'));
	return err;
}

/* As su and sudo are. */
static void become_set_uid(void)
{
	assert_int_equal(setresuid(at.user, 0, 0), 0);
}

static void become_root(void)
{
	assert_int_equal(setresuid(0, 0, 0), 0);
}

static void roots_own_programs_may_always(void **state MFA_UNUSED)
{
	int hold = -1;
	assert_int_equal(check(at.service, &hold), MFA_OK);
	assert_int_equal(hold, -1);
}

static void set_uid_programs_may_not_elsewhere(void **state MFA_UNUSED)
{
	int hold = -1;
	become_set_uid();
	assert_int_equal(check(at.service, &hold), MFA_ERR_UNSUPPORTED);
	become_root();
	assert_int_equal(hold, -1);
}

static void set_uid_programs_take_turns_at_a_console(void **state MFA_UNUSED)
{
	int hold = -1;
	int other = -1;
	console_enter(&at.host.box);
	become_set_uid();
	assert_int_equal(check(at.service, &hold), MFA_OK);
	assert_true(hold >= 0);
	assert_int_equal(check(at.service, &other), MFA_ERR_BUSY);
	assert_int_equal(other, -1);
	mfa_close_fd(&hold);
	assert_int_equal(check(at.service, &hold), MFA_OK);
	mfa_close_fd(&hold);
	become_root();
	console_leave();
}

/* Users have no such programs, not even there. */
static void programs_of_users_may_never(void **state MFA_UNUSED)
{
	int ends[2];
	int hold = -1;
	console_enter(&at.host.box);
	assert_int_equal(seteuid(at.user), 0);
	int made = socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends);
	assert_int_equal(seteuid(0) | made, 0);
	assert_int_equal(check(ends[0], &hold), MFA_ERR_UNSUPPORTED);
	assert_int_equal(hold, -1);
	assert_int_equal(close(ends[0]) | close(ends[1]), 0);
	console_leave();
}

static void begin(void)
{
	const struct steps_login login = { .user = "root",
					   .service = "test",
					   .config = path_in(&at.host.box, "mfa.conf") };
	module_end_begin(&at.module, &login);
}

static void who_is_refused_is_told(void **state MFA_UNUSED)
{
	begin();
	once_refuse(at.service);
	assert_int_equal(module_end_take(&at.module), MFA_AUTHD_HELLO);
	assert_int_equal(module_end_take(&at.module), MFA_AUTHD_ERROR);
	assert_true(at.module.payload.len > 0);
	assert_int_equal(module_end_take_verdict(&at.module), MFA_UNAVAILABLE);
}

static void what_is_no_module_is_refused_in_silence(void **state MFA_UNUSED)
{
	module_end_send(&at.module, MFA_AUTHD_BEGIN, "?", 1);
	once_refuse(at.service);
	assert_int_equal(module_end_take(&at.module), MFA_AUTHD_HELLO);
	assert_int_equal(module_end_take(&at.module), MFA_AUTHD_VERDICT);
}

/* As the module does it. */
static pid_t start_program(void)
{
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid != 0) {
		mfa_close_fd(&at.service);
		return pid;
	}
	(void)dup2(at.service, STDIN_FILENO);
	(void)execl(program, "mfa-authd", "--once", (char *)NULL);
	_exit(126);
}

static void the_program_checks_a_login_of_roots(void **state MFA_UNUSED)
{
	pid_t pid = start_program();
	assert_int_equal(module_end_take(&at.module), MFA_AUTHD_HELLO);
	begin();
	assert_int_equal(module_end_take(&at.module), MFA_AUTHD_ASK);
	module_end_reply(&at.module, code_of(&totp_spec, (uint64_t)time(NULL) / 30).text);
	assert_int_equal(module_end_take(&at.module), MFA_AUTHD_TAKEN);
	assert_int_equal(module_end_take_verdict(&at.module), MFA_ALLOW);
	mfa_close_fd(&at.module.fd);
	assert_int_equal(end_of(pid), 0);
}

static void the_program_refuses_a_set_uid_one(void **state MFA_UNUSED)
{
	become_set_uid();
	pid_t pid = start_program();
	assert_int_equal(module_end_take(&at.module), MFA_AUTHD_HELLO);
	begin();
	assert_int_equal(module_end_take(&at.module), MFA_AUTHD_ERROR);
	assert_int_equal(module_end_take_verdict(&at.module), MFA_UNAVAILABLE);
	assert_int_equal(end_of(pid), 1);
	become_root();
}

static int serve_as_user(void)
{
	if (setresuid(at.user, at.user, at.user) != 0)
		return 100;
	int nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
	(void)dup2(nothing, STDERR_FILENO);
	(void)execl(program, "mfa-authd", "--listen=/run/nowhere", (char *)NULL);
	return 126;
}

static void the_service_is_roots_alone(void **state MFA_UNUSED)
{
	assert_int_equal(in_child(serve_as_user), 1);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		once(roots_own_programs_may_always),
		once(set_uid_programs_may_not_elsewhere),
		once(set_uid_programs_take_turns_at_a_console),
		once(programs_of_users_may_never),
		once(who_is_refused_is_told),
		once(what_is_no_module_is_refused_in_silence),
		once(the_program_checks_a_login_of_roots),
		once(the_program_refuses_a_set_uid_one),
		once(the_service_is_roots_alone),
	};
	program = argc > 1 ? argv[1] : "";
	return root_group_main("once_refused", tests);
}
