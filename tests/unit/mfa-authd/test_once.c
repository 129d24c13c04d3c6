/* SPDX-License-Identifier: BSD-2-Clause */
/* tools/mfa-authd/once.c: one login in a process of its own, with a configuration of the
 * program's; and the program's options. */
#include "once.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "module_end.h"
#include "user_namespace.h"

enum {
	PATIENCE_MS = 10000
};

static const char *program;

static struct {
	struct test_host host;
	struct module_end module;
	pid_t pid;
} at;

static int setup(void **state MFA_UNUSED)
{
	struct mfa_diag diag = { .text = "" };
	int ends[2];
	host_open(&at.host, "", "gate = test");
	enroll(at.host.host.store, "root", &totp_spec, 1);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
	at.module = (struct module_end){ .fd = ends[0], .patience_ms = PATIENCE_MS };
	at.pid = fork();
	assert_true(at.pid >= 0);
	if (at.pid == 0) {
		(void)close(ends[0]);
		_exit(once_serve(ends[1], false, &diag) == MFA_OK ? 0 : 1);
	}
	(void)close(ends[1]);
	assert_int_equal(module_end_take(&at.module), MFA_AUTHD_HELLO);
	return 0;
}

static int teardown(void **state MFA_UNUSED)
{
	mfa_close_fd(&at.module.fd);
	assert_int_equal(end_of(at.pid), 0);
	host_close(&at.host);
	return 0;
}

#define once(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static void begin(bool is_account, const char *config)
{
	const struct steps_login login = { .user = "root",
					   .service = "test",
					   .is_account = is_account,
					   .config = config };
	module_end_begin(&at.module, &login);
}

static void begin_with_question(void)
{
	begin(false, path_in(&at.host.box, "mfa.conf"));
	assert_int_equal(module_end_take(&at.module), MFA_AUTHD_ASK);
}

static void reply(const char *text)
{
	module_end_reply(&at.module, text);
	assert_int_equal(module_end_take(&at.module), MFA_AUTHD_TAKEN);
}

static void assert_last_line(const char *words)
{
	char *trail = read_text(path_in(&at.host.box, "audit.jsonl"));
	if (strstr(trail, words) == NULL)
		fail_msg("%s does not tell %s", trail, words);
	free(trail);
}

static void the_right_code_lets_in(void **state MFA_UNUSED)
{
	begin_with_question();
	reply(code_of(&totp_spec, (uint64_t)time(NULL) / 30).text);
	assert_int_equal(module_end_take_verdict(&at.module), MFA_ALLOW);
	assert_last_line("\"result\":\"allowed\"");
}

static void the_module_may_refuse_after_all(void **state MFA_UNUSED)
{
	begin_with_question();
	reply(code_of(&totp_spec, (uint64_t)time(NULL) / 30).text);
	assert_int_equal(module_end_take_verdict(&at.module), MFA_ALLOW);
	module_end_send(&at.module, MFA_AUTHD_REFUSE, "", 0);
	assert_int_equal(module_end_take(&at.module), 0); /* it has ended */
	assert_last_line("\"reason\":\"user-changed\"");
}

static void a_wrong_code_does_not(void **state MFA_UNUSED)
{
	begin_with_question();
	reply(wrong_code(&totp_spec, (uint64_t)time(NULL) / 30).text);
	assert_int_equal(module_end_take_verdict(&at.module), MFA_DENY);
}

static void it_reads_the_configuration_that_is_named(void **state MFA_UNUSED)
{
	begin(false, "/nowhere/mfa.conf");
	assert_int_equal(module_end_take_verdict(&at.module), MFA_UNAVAILABLE);
}

static void the_account_phase_asks_nothing(void **state MFA_UNUSED)
{
	begin(true, path_in(&at.host.box, "mfa.conf"));
	assert_int_equal(module_end_take_verdict(&at.module), MFA_DENY);
}

static void who_has_no_answer_is_refused(void **state MFA_UNUSED)
{
	const unsigned char why = MFA_AUTHD_GIVEN_UP;
	begin_with_question();
	module_end_send(&at.module, MFA_AUTHD_NONE, &why, 1);
	assert_int_equal(module_end_take(&at.module), MFA_AUTHD_TAKEN);
	assert_int_equal(module_end_take_verdict(&at.module), MFA_GIVEN_UP);
}

static void no_memory_in_the_program_is_told(void **state MFA_UNUSED)
{
	const unsigned char why = MFA_AUTHD_NO_MEMORY;
	begin_with_question();
	module_end_send(&at.module, MFA_AUTHD_NONE, &why, 1);
	assert_int_equal(module_end_take(&at.module), MFA_AUTHD_TAKEN);
	assert_int_equal(module_end_take_verdict(&at.module), MFA_NO_MEMORY);
}

static void it_ends_with_the_module(void **state MFA_UNUSED)
{
	begin_with_question();
}

static void root_may_ask_how_it_is(void **state MFA_UNUSED)
{
	module_end_send(&at.module, MFA_AUTHD_INQUIRE, "", 0);
	assert_int_equal(module_end_take(&at.module), MFA_AUTHD_STATE);
	assert_non_null(memmem(at.module.payload.data, at.module.payload.len,
			       "version: " MFA_VERSION, strlen("version: " MFA_VERSION)));
}

/* Its exit status, with this as standard input. */
static int run_program(const char *option, int input)
{
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (input >= 0)
			(void)dup2(input, STDIN_FILENO);
		int nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
		(void)dup2(nothing, STDOUT_FILENO);
		(void)dup2(nothing, STDERR_FILENO);
		(void)execl(program, "mfa-authd", option, (char *)NULL);
		_exit(126);
	}
	return end_of(pid);
}

static void the_program_knows_its_options(void **state MFA_UNUSED)
{
	assert_int_equal(run_program("--help", -1), 0);
	assert_int_equal(run_program("--version", -1), 0);
	assert_int_equal(run_program("--nothing", -1), 2);
	assert_int_equal(run_program("more", -1), 2);
	assert_int_equal(run_program("--listen=relative", -1), 1);
	assert_int_equal(run_program(NULL, -1), 1); /* no socket was passed */
}

static void once_is_for_the_module_alone(void **state MFA_UNUSED)
{
	int none[2];
	assert_int_equal(pipe(none), 0);
	assert_int_equal(run_program("--once", none[0]), 2);
	(void)close(none[0]);
	(void)close(none[1]);
}

/* Root's own programs need no service; in a user namespace nobody is root. */
static void root_is_checked_without_a_service(void **state MFA_UNUSED)
{
	struct mfa_diag diag = { .text = "" };
	int ends[2];
	int hold = -1;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
	assert_int_equal(once_check(ends[0], &diag, &hold),
			 user_namespace_is_entered() ? MFA_ERR_UNSUPPORTED : MFA_OK);
	assert_int_equal(hold, -1);
	(void)close(ends[0]);
	(void)close(ends[1]);
	assert_int_equal(once_check(STDIN_FILENO, &diag, &hold), MFA_ERR_IO);
}

static int connect_to(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	(void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	for (int i = 0; i < PATIENCE_MS; i++) {
		if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
			return fd;
		(void)usleep(1000);
	}
	fail_msg("%s: nobody listens", path);
	return -1;
}

static pid_t start_program(const char *path)
{
	char listen[160];
	char config[160];
	(void)snprintf(listen, sizeof listen, "--listen=%s", path);
	(void)snprintf(config, sizeof config, "--conf=%s",
		       path_in(&at.host.box, "mfa.conf"));
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)execl(program, "mfa-authd", listen, config, (char *)NULL);
		_exit(126);
	}
	return pid;
}

static void connect_and_be_greeted(const char *path)
{
	mfa_close_fd(&at.module.fd);
	at.module =
		(struct module_end){ .fd = connect_to(path), .patience_ms = PATIENCE_MS };
	assert_int_equal(module_end_take(&at.module), MFA_AUTHD_HELLO);
}

/* Waits for what a worker does meanwhile. */
static void wait_for_line(const char *words)
{
	for (int i = 0; i < PATIENCE_MS; i++) {
		char *trail = access(path_in(&at.host.box, "audit.jsonl"), F_OK) == 0
				      ? read_text(path_in(&at.host.box, "audit.jsonl"))
				      : NULL;
		bool is_there = trail != NULL && strstr(trail, words) != NULL;
		free(trail);
		if (is_there)
			return;
		(void)usleep(1000);
	}
	fail_msg("no line tells %s", words);
}

static void the_program_serves_until_it_is_told_to_end(void **state MFA_UNUSED)
{
	char path[128];
	host_open(&at.host, "", "");
	enroll(at.host.host.store, "root", &totp_spec, 1);
	(void)snprintf(path, sizeof path, "%s", path_in(&at.host.box, "run/s"));
	pid_t pid = start_program(path);
	connect_and_be_greeted(path);
	module_end_send(&at.module, MFA_AUTHD_INQUIRE, "", 0);
	assert_int_equal(module_end_take(&at.module), MFA_AUTHD_STATE);
	connect_and_be_greeted(path);
	begin(false, "/nowhere/mfa.conf");
	assert_int_equal(module_end_take(&at.module), MFA_AUTHD_ONCE);
	connect_and_be_greeted(path);
	begin_with_question();
	mfa_close_fd(&at.module.fd); /* it goes away at the question */
	wait_for_line("\"result\":\"no-dialog\"");
	connect_and_be_greeted(path);
	begin_with_question();
	reply(code_of(&totp_spec, (uint64_t)time(NULL) / 30).text);
	assert_int_equal(module_end_take_verdict(&at.module), MFA_ALLOW);
	connect_and_be_greeted(path); /* who says nothing does not keep it */
	assert_int_equal(kill(pid, SIGTERM), 0);
	assert_int_equal(end_of(pid), 0);
	mfa_close_fd(&at.module.fd);
	host_close(&at.host);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		once(the_right_code_lets_in),
		once(the_module_may_refuse_after_all),
		once(a_wrong_code_does_not),
		once(it_reads_the_configuration_that_is_named),
		once(the_account_phase_asks_nothing),
		once(who_has_no_answer_is_refused),
		once(no_memory_in_the_program_is_told),
		once(it_ends_with_the_module),
		once(root_may_ask_how_it_is),
		cmocka_unit_test(the_program_knows_its_options),
		cmocka_unit_test(once_is_for_the_module_alone),
		cmocka_unit_test(root_is_checked_without_a_service),
		cmocka_unit_test(the_program_serves_until_it_is_told_to_end),
	};
	program = argc > 1 ? argv[1] : "";
	return group_main("once", tests);
}
