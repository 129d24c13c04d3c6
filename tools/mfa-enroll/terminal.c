#include "terminal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum {
	LINE_SIZE = 1024
};

static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

/* The terminal and the signals as they were found. */
struct guard {
	bool is_terminal;
	struct termios terminal;
	struct sigaction actions[MFA_COUNT(signals)];
	sigset_t mask;
};

/* Only there to make ppoll return: the person's Ctrl-C ends the question. */
static void interrupt(int signal_number MFA_UNUSED)
{
}

static void guard_begin(struct guard *guard, enum echo echo)
{
	struct sigaction action = { .sa_handler = interrupt };
	sigset_t blocked;
	(void)sigemptyset(&action.sa_mask);
	(void)sigemptyset(&blocked);
	for (size_t i = 0; i < MFA_COUNT(signals); i++)
		(void)sigaddset(&blocked, signals[i]);
	/* let through by ppoll alone, so that none is lost before it waits */
	(void)sigprocmask(SIG_BLOCK, &blocked, &guard->mask);
	for (size_t i = 0; i < MFA_COUNT(signals); i++)
		(void)sigaction(signals[i], &action, &guard->actions[i]);
	guard->is_terminal = tcgetattr(STDIN_FILENO, &guard->terminal) == 0;
	if (!guard->is_terminal || echo == ECHO_SHOWN)
		return;
	struct termios hidden = guard->terminal;
	hidden.c_lflag &= ~(tcflag_t)ECHO;
	hidden.c_lflag |= ECHONL;
	(void)tcsetattr(STDIN_FILENO, TCSANOW, &hidden);
}

static void guard_end(struct guard *guard)
{
	if (guard->is_terminal)
		(void)tcsetattr(STDIN_FILENO, TCSANOW, &guard->terminal);
	for (size_t i = 0; i < MFA_COUNT(signals); i++)
		(void)sigaction(signals[i], &guard->actions[i], NULL);
	(void)sigprocmask(SIG_SETMASK, &guard->mask, NULL);
}

/* Byte by byte: what follows in a pipe belongs to the next question. */
static int read_line(const struct guard *guard, struct mfa_secret *buffer)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	size_t len = 0;
	for (;;) {
		char byte = '\0';
		if (ppoll(&input, 1, NULL, &guard->mask) < 0)
			return errno == EINTR ? MFA_ERR_ABORT : MFA_ERR_IO;
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
	MFA_CLEANUP(guard_end) struct guard guard = { 0 };
	guard_begin(&guard, echo);
	(void)fputs(prompt, stdout);
	(void)fflush(stdout);
	err = read_line(&guard, &buffer);
	if (err != MFA_OK || !guard.is_terminal)
		(void)fputc('\n', stdout);
	return err == MFA_OK ? mfa_secret_copy(buffer.data, buffer.len, ret_line) : err;
}

bool terminal_confirm(const struct app *app, const char *question)
{
	if (app->says_yes)
		return true;
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret line = { 0 };
	if (terminal_ask(question, ECHO_SHOWN, &line) != MFA_OK)
		return false;
	return line.len == 1 && (line.data[0] == 'y' || line.data[0] == 'Y');
}

bool terminal_is_shown(void)
{
	return isatty(STDOUT_FILENO) == 1;
}
