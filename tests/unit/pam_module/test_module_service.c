/* SPDX-License-Identifier: BSD-2-Clause */
/* pam_mfa.so beside a service that does not do what it should. What the service does is a
 * word for each connection, a letter for each thing. */
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "listener.h"
#include "mfa/authd_protocol.h"
#include "service_fixture.h"
#include "stack.h"

enum {
	SILENCE_US = 2200000,
	FLOOD = 500,
	LONG_TEXT = 4000,
};

static void send_text(int fd, unsigned char letter, const char *text)
{
	const struct mfa_span payload = { (const unsigned char *)text, strlen(text) };
	(void)mfa_packet_send(fd, letter, payload, 1000);
}

static void send_verdict(int fd, enum mfa_verdict verdict)
{
	unsigned char payload[MFA_PACKET_SIZE];
	size_t len = 0;
	/* more code than was typed */
	const struct mfa_authd_verdict sent = {
		.verdict = verdict, .code_len = 60000, .is_marked = true, .name = "root"
	};
	if (mfa_authd_pack_verdict(&sent, payload, &len) == MFA_OK)
		(void)mfa_packet_send(fd, MFA_AUTHD_VERDICT,
				      (struct mfa_span){ payload, len }, 1000);
}

static void send_long(int fd)
{
	char text[LONG_TEXT + 1];
	memset(text, 'q', LONG_TEXT);
	text[LONG_TEXT] = '\0';
	send_text(fd, MFA_AUTHD_ASK, text);
}

static void do_one(int fd, char what)
{
	unsigned char bytes[MFA_PACKET_SIZE];
	switch (what) {
	case '<': /* waits for a packet */
		(void)recv(fd, bytes, sizeof bytes, 0);
		break;
	case 's':
		(void)usleep(SILENCE_US);
		break;
	case 'f':
		for (int i = 0; i < FLOOD; i++)
			send_text(fd, MFA_AUTHD_INFO, "flood");
		break;
	case 'h':
		send_text(fd, MFA_AUTHD_HELLO, "");
		break;
	case 'v': /* cut off */
		send_text(fd, MFA_AUTHD_VERDICT, "a");
		break;
	case 'l':
		send_long(fd);
		break;
	case '+':
		send_verdict(fd, MFA_ALLOW);
		break;
	case '-':
		send_verdict(fd, MFA_DENY);
		break;
	case 'x':
		send_verdict(fd, MFA_EXEMPT);
		break;
	case 'u':
		send_verdict(fd, MFA_UNAVAILABLE);
		break;
	default:
		send_text(fd, (unsigned char)what, "text");
		break;
	}
}

_Noreturn static void serve(int listener, const char *const *connections)
{
	for (; *connections != NULL; connections++) {
		struct sockaddr_un peer;
		socklen_t size = sizeof peer;
		int fd = -1;
		while ((fd = accept4(listener, (struct sockaddr *)&peer, &size,
				     SOCK_CLOEXEC)) < 0)
			(void)usleep(1000); /* it does not block */
		for (const char *at = *connections; *at != '\0'; at++)
			do_one(fd, *at);
		(void)close(fd);
	}
	_exit(0);
}

static pid_t start(const char *const *connections)
{
	struct mfa_diag diag = { .text = "" };
	int listener = -1;
	service_fixture_stop();
	assert_done(listener_open(MFA_AUTHD_SOCKET, &diag, &listener), &diag);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		serve(listener, connections);
	(void)close(listener);
	return pid;
}

struct outcome {
	int code;
	unsigned asked;
	unsigned told;
};

static struct outcome log_in(struct stack *stack, const char *const *connections)
{
	pid_t pid = start(connections);
	stack_write(stack, "test", "auth:\nauth required pam_permit.so");
	int code = stack_authenticate(stack, "root", "123456");
	const struct outcome outcome = { code, stack->talk.asked, stack->talk.told };
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	return outcome;
}

#define CONNECTIONS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void assert_login(struct stack *stack, const char *const *connections, int code,
			 unsigned asked)
{
	struct outcome outcome = log_in(stack, connections);
	assert_int_equal(outcome.code, code);
	assert_int_equal(outcome.asked, asked);
}

static void a_verdict_is_taken(void **state)
{
	assert_login(*state, CONNECTIONS("H<A<K+"), PAM_SUCCESS, 1);
	assert_login(*state, CONNECTIONS("H<A<K-"), PAM_AUTH_ERR, 1);
	assert_login(*state, CONNECTIONS("H<A<Ku"), PAM_AUTHINFO_UNAVAIL, 1);
	assert_login(*state, CONNECTIONS("H<x"), PAM_SUCCESS, 0);
	assert_login(*state, CONNECTIONS("H<l<K+"), PAM_SUCCESS, 1);
}

static void an_answer_that_nobody_took_is_given_again(void **state)
{
	assert_login(*state, CONNECTIONS("H<A<", "H<A<K+"), PAM_SUCCESS, 1);
	assert_login(*state, CONNECTIONS("H<A<", "H<A<", "H<A<K+"), PAM_SUCCESS, 1);
	assert_login(*state, CONNECTIONS("H<A<", "H<A<K-"), PAM_AUTH_ERR, 1);
}

/* Whether it counted is not known. */
static void one_that_was_taken_is_asked_for_again(void **state)
{
	assert_login(*state, CONNECTIONS("H<A<K", "H<A<K+"), PAM_SUCCESS, 2);
}

/* It was meant for the device: behind a break the login begins with its own question. */
static void one_for_a_device_is_not_given_again(void **state)
{
	assert_login(*state, CONNECTIONS("H<A<KD<K+"), PAM_SUCCESS, 2);
	assert_login(*state, CONNECTIONS("H<A<KD<", "H<A<K+"), PAM_SUCCESS, 3);
}

/* There the line is the password and a code. */
static void with_forward_pass_no_device_asks(void **state)
{
	struct stack *stack = *state;
	pid_t pid = start(CONNECTIONS("H<D<K+"));
	stack_write(stack, "test", "auth: forward_pass");
	assert_int_equal(stack_authenticate(stack, "root", "secret123456"),
			 PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(stack->talk.asked, 0);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void a_service_that_always_ends_is_given_up(void **state)
{
	assert_login(
		*state,
		CONNECTIONS("H<", "H<", "H<", "H<", "H<", "H<", "H<", "H<", "H<", "H<+"),
		PAM_AUTHINFO_UNAVAIL, 0);
}

static void without_a_greeting_it_is_tried_again(void **state)
{
	assert_login(*state, CONNECTIONS("", "", "H<A<K+"), PAM_SUCCESS, 1);
	assert_login(*state, CONNECTIONS("s", "H<A<K+"), PAM_SUCCESS, 1);
}

static void another_greeting_lets_nobody_in(void **state)
{
	assert_login(*state, CONNECTIONS("F"), PAM_AUTHINFO_UNAVAIL, 0);
	assert_login(*state, CONNECTIONS("Z<+"), PAM_AUTHINFO_UNAVAIL, 0);
	assert_login(*state, CONNECTIONS("h<+"), PAM_AUTHINFO_UNAVAIL, 0);
	assert_login(*state, CONNECTIONS("+"), PAM_AUTHINFO_UNAVAIL, 0);
}

static void what_is_no_message_lets_nobody_in(void **state)
{
	assert_login(*state, CONNECTIONS("H<Z+"), PAM_AUTHINFO_UNAVAIL, 0);
	assert_login(*state, CONNECTIONS("H<v+"), PAM_AUTHINFO_UNAVAIL, 0);
	assert_login(*state, CONNECTIONS("H<A<Kv+"), PAM_AUTHINFO_UNAVAIL, 1);
	assert_login(*state, CONNECTIONS("H<f+"), PAM_AUTHINFO_UNAVAIL, 0);
}

static void lines_are_shown(void **state)
{
	struct stack *stack = *state;
	struct outcome outcome = log_in(stack, CONNECTIONS("H<IEA<KE+"));
	assert_int_equal(outcome.code, PAM_SUCCESS);
	assert_int_equal(outcome.told, 3);
}

static void the_account_phase_shows_and_asks_nothing(void **state)
{
	static const struct {
		const char *does;
		int code;
	} cases[] = {
		{ "H<-", PAM_PERM_DENIED },	 { "H<IEA<K-", PAM_PERM_DENIED },
		{ "H<x", PAM_SUCCESS }, /* pam_permit is behind it */
		{ "H<u", PAM_AUTHINFO_UNAVAIL }, { "F", PAM_AUTHINFO_UNAVAIL },
	};
	struct stack *stack = *state;
	stack_write(stack, "test", "account:\naccount required pam_permit.so");
	for (size_t i = 0; i < MFA_COUNT(cases); i++) {
		pid_t pid = start(CONNECTIONS(cases[i].does));
		stack_start(stack, "test", "root");
		assert_int_equal(pam_acct_mgmt(stack->handle, 0), cases[i].code);
		assert_int_equal(stack->talk.asked + stack->talk.told, 0);
		assert_int_equal(kill(pid, SIGKILL), 0);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
	}
}

/* No program is where the module would look for it: service_fixture.h hides one. */
static void without_a_service_nobody_gets_in(void **state)
{
	struct stack *stack = *state;
	assert_int_not_equal(access(MFA_AUTHD_PATH, F_OK), 0);
	service_fixture_stop();
	assert_int_equal(stack_login(stack, "root", code_now().text),
			 PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(stack->talk.asked, 0);
	assert_login(stack, CONNECTIONS("H<O"), PAM_AUTHINFO_UNAVAIL, 0);
}

/* The service says how much of the line is the code; the rest is the password. */
static void a_code_is_never_longer_than_the_line(void **state)
{
	struct stack *stack = *state;
	pid_t pid = start(CONNECTIONS("H<A<K+"));
	stack_write(stack, "test", "auth: forward_pass");
	assert_int_equal(stack_authenticate(stack, "root", "secret123456"), PAM_SUCCESS);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void a_line_may_be_longer_than_a_packet(void **state)
{
	static char line[LONG_TEXT + 500];
	struct stack *stack = *state;
	memset(line, 'x', sizeof line - 1);
	pid_t pid = start(CONNECTIONS("H<A<K-"));
	stack_write(stack, "test", "auth:");
	assert_int_equal(stack_authenticate(stack, "root", line), PAM_AUTH_ERR);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void a_program_that_has_opened_all_it_may_is_asked(void **state)
{
	struct stack *stack = *state;
	struct rlimit usual;
	pid_t pid = start(CONNECTIONS("H<A<K+", "H<A<K+"));
	stack_write(stack, "test", "auth:");
	/* libpam loads the module at the first call */
	assert_int_equal(stack_authenticate(stack, "root", "123456"), PAM_SUCCESS);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &usual), 0);
	const struct rlimit few = { 3, usual.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	(void)pam_authenticate(stack->handle, 0); /* libpam has no descriptor then */
	struct rlimit after = { 0, 0 };
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &after), 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &usual), 0);
	assert_int_equal(stack->talk.asked, 2);
	assert_int_equal(after.rlim_cur, few.rlim_cur);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* A login by a program that has blocked the signal when it comes, as sudo does. */
static void assert_with_signal(struct stack *stack, int number, int code)
{
	const struct timespec now = { 0 };
	sigset_t one;
	sigset_t before;
	(void)sigemptyset(&one);
	(void)sigaddset(&one, number);
	assert_int_equal(sigprocmask(SIG_BLOCK, &one, &before), 0);
	assert_int_equal(raise(number), 0);
	assert_login(stack, CONNECTIONS("H<A<Ks+"), code, 1);
	assert_int_equal(sigtimedwait(&one, NULL, &now), number); /* still there */
	assert_int_equal(sigprocmask(SIG_SETMASK, &before, NULL), 0);
}

static void ctrl_c_that_the_program_has_blocked_ends_the_wait(void **state)
{
	static const int numbers[] = { SIGINT, SIGQUIT };
	for (size_t i = 0; i < MFA_COUNT(numbers); i++) {
		/* a shell may have had this test ignore it */
		void (*before)(int) = signal(numbers[i], SIG_DFL);
		assert_with_signal(*state, numbers[i], PAM_ABORT);
		(void)signal(numbers[i], before);
	}
}

static void other_signals_are_the_programs_own(void **state)
{
	struct sigaction usual;
	const struct sigaction ignored = { .sa_handler = SIG_IGN };
	assert_with_signal(*state, SIGTERM, PAM_SUCCESS);
	assert_int_equal(sigaction(SIGINT, &ignored, &usual), 0);
	assert_with_signal(*state, SIGINT, PAM_SUCCESS);
	assert_int_equal(sigaction(SIGINT, &usual, NULL), 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		in_stack(a_verdict_is_taken),
		in_stack(an_answer_that_nobody_took_is_given_again),
		in_stack(one_for_a_device_is_not_given_again),
		in_stack(with_forward_pass_no_device_asks),
		in_stack(one_that_was_taken_is_asked_for_again),
		in_stack(a_service_that_always_ends_is_given_up),
		in_stack(without_a_greeting_it_is_tried_again),
		in_stack(another_greeting_lets_nobody_in),
		in_stack(what_is_no_message_lets_nobody_in),
		in_stack(lines_are_shown),
		in_stack(the_account_phase_shows_and_asks_nothing),
		in_stack(without_a_service_nobody_gets_in),
		in_stack(a_code_is_never_longer_than_the_line),
		in_stack(a_line_may_be_longer_than_a_packet),
		in_stack(a_program_that_has_opened_all_it_may_is_asked),
		in_stack(ctrl_c_that_the_program_has_blocked_ends_the_wait),
		in_stack(other_signals_are_the_programs_own),
	};
	module_path = argc > 1 ? argv[1] : "";
	return group_main("module_service", tests);
}
