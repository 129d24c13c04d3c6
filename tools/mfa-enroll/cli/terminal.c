/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/terminal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

enum {
	LINE_SIZE = 1024
};

/* Those that end the question, and those that stop the program or make it go on. */
static const int signals[] = { SIGINT,	SIGTERM, SIGHUP,  SIGQUIT,
			       SIGTSTP, SIGTTIN, SIGTTOU, SIGCONT };

/* The terminal and the signals as they were found. */
struct guard {
	enum echo echo;
	bool is_terminal;
	struct termios terminal;
	sigset_t mask;
	int signal_fd; /* where the signals arrive meanwhile */
};

static bool is_in_background(void)
{
	pid_t foreground = tcgetpgrp(STDIN_FILENO);
	return foreground >= 0 && foreground != getpgrp();
}

static void hide_input(const struct guard *guard)
{
	if (!guard->is_terminal || guard->echo == ECHO_SHOWN || is_in_background())
		return;
	struct termios hidden = guard->terminal;
	hidden.c_lflag &= ~(tcflag_t)ECHO;
	hidden.c_lflag |= ECHONL;
	(void)tcsetattr(STDIN_FILENO, TCSANOW, &hidden);
}

/* SIGTTOU waits as well, so this is done also in the background. */
static void restore_terminal(const struct guard *guard)
{
	if (guard->is_terminal)
		(void)tcsetattr(STDIN_FILENO, TCSANOW, &guard->terminal);
}

static int hold_terminal(struct guard *guard, enum echo echo)
{
	sigset_t held;
	(void)sigemptyset(&held);
	for (size_t i = 0; i < MFA_COUNT(signals); i++)
		(void)sigaddset(&held, signals[i]);
	*guard = (struct guard){ .echo = echo, .signal_fd = -1 };
	(void)sigprocmask(SIG_BLOCK, &held, &guard->mask);
	guard->signal_fd = signalfd(-1, &held, SFD_CLOEXEC | SFD_NONBLOCK);
	if (guard->signal_fd < 0)
		return MFA_ERR_IO;
	guard->is_terminal = tcgetattr(STDIN_FILENO, &guard->terminal) == 0;
	hide_input(guard);
	return MFA_OK;
}

static void release_terminal(struct guard *guard)
{
	restore_terminal(guard);
	mfa_close_fd(&guard->signal_fd);
	(void)sigprocmask(SIG_SETMASK, &guard->mask, NULL);
}

/* Lets one signal do what it does. */
static void deliver_signal(int signal_number)
{
	sigset_t one;
	(void)sigemptyset(&one);
	(void)sigaddset(&one, signal_number);
	(void)kill(getpid(), signal_number);
	(void)sigprocmask(SIG_UNBLOCK, &one, NULL);
	(void)sigprocmask(SIG_BLOCK, &one, NULL);
}

/* The shell gets its terminal back as it was, and the answer stays hidden afterwards. */
static void stop_program(const struct guard *guard, int signal_number)
{
	restore_terminal(guard);
	deliver_signal(signal_number);
	hide_input(guard);
}

/* What came meanwhile. MFA_ERR_ABORT: the question is over. */
static int take_signals(const struct guard *guard, const char *prompt)
{
	struct signalfd_siginfo came;
	while (read(guard->signal_fd, &came, sizeof came) == (ssize_t)sizeof came) {
		int number = (int)came.ssi_signo;
		if (number == SIGCONT) {
			hide_input(guard);
			(void)fputs(prompt, stdout);
			(void)fflush(stdout);
		} else if (number == SIGTSTP || number == SIGTTIN || number == SIGTTOU) {
			stop_program(guard, number);
		} else {
			return MFA_ERR_ABORT;
		}
	}
	return MFA_OK;
}

/* Waits for input. */
static int await_input(const struct guard *guard, const char *prompt)
{
	struct pollfd files[] = { { .fd = STDIN_FILENO, .events = POLLIN },
				  { .fd = guard->signal_fd, .events = POLLIN } };
	for (;;) {
		if (guard->is_terminal && is_in_background())
			stop_program(guard, SIGTTIN);
		if (poll(files, MFA_COUNT(files), -1) < 0 && errno != EINTR)
			return MFA_ERR_IO;
		int err = files[1].revents != 0 ? take_signals(guard, prompt) : MFA_OK;
		if (err != MFA_OK || files[0].revents != 0)
			return err;
	}
}

/* Byte by byte: what follows in a pipe belongs to the next question. */
static int read_line(const struct guard *guard, const char *prompt,
		     struct mfa_secret *buffer)
{
	size_t len = 0;
	for (;;) {
		char byte = '\0';
		int err = await_input(guard, prompt);
		if (err != MFA_OK)
			return err;
		ssize_t got = read(STDIN_FILENO, &byte, 1);
		if (got < 0)
			return MFA_ERR_IO;
		if (got == 0 && len == 0)
			return MFA_ERR_ABORT;
		if (got == 0 || byte == '\n')
			break;
		if (len >= buffer->len)
			return MFA_ERR_INVALID;
		buffer->data[len++] = (unsigned char)byte;
	}
	if (len > 0 && buffer->data[len - 1] == '\r')
		len--;
	buffer->len = len;
	return MFA_OK;
}

int terminal_ask(const char *prompt, enum echo echo, struct mfa_secret *ret_line)
{
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret buffer = { 0 };
	int err = mfa_secret_alloc(LINE_SIZE, &buffer);
	if (err != MFA_OK)
		return err;
	MFA_CLEANUP(release_terminal) struct guard guard;
	err = hold_terminal(&guard, echo);
	if (err != MFA_OK)
		return err;
	(void)fputs(prompt, stdout);
	(void)fflush(stdout);
	err = read_line(&guard, prompt, &buffer);
	if (err != MFA_OK || !guard.is_terminal)
		(void)fputc('\n', stdout);
	return err == MFA_OK ? mfa_secret_copy(buffer.data, buffer.len, ret_line) : err;
}

bool terminal_confirm(const struct app *app, const char *question)
{
	if (app->says_yes)
		return true;
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret line = { 0 };
	int err = terminal_ask(question, ECHO_SHOWN, &line);
	if (err == MFA_ERR_ABORT && isatty(STDIN_FILENO) != 1)
		app_complain("%s", TR(app, MFA_N_("there is no terminal to ask at: --yes "
						  "answers the question")));
	if (err != MFA_OK)
		return false;
	return line.len == 1 && (line.data[0] == 'y' || line.data[0] == 'Y');
}

bool terminal_is_shown(void)
{
	return isatty(STDOUT_FILENO) == 1;
}
