/* SPDX-License-Identifier: BSD-2-Clause */
/* The daemon's socket has datagrams (RFC 3164 as glibc writes it); one that has a stream
 * instead is left to syslog(3). */
#include "mfa/log.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

enum {
	HEADER_SIZE = 128
};

static struct {
	const char *ident;
	int patience_ms;
	int fd;
	bool has_stream; /* what the daemon offers is no socket of datagrams */
	bool is_stuck;	 /* it did not take the last line */
	unsigned long dropped;
} log_state = { .ident = "pam_mfa", .fd = -1 };

void mfa_log_open(const char *ident, int patience_ms)
{
	mfa_log_close();
	log_state.ident = ident;
	log_state.patience_ms = patience_ms;
	log_state.has_stream = false;
	log_state.is_stuck = false;
	openlog(ident, LOG_PID, LOG_AUTHPRIV);
}

void mfa_log_close(void)
{
	mfa_close_fd(&log_state.fd);
	closelog();
}

/* An errno, or 0. */
static int connect_log(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = _PATH_LOG };
	MFA_CLEANUP(mfa_close_fd)
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
		return errno;
	log_state.fd = MFA_TAKE_FD(fd);
	return 0;
}

static bool wait_for_room(int64_t deadline)
{
	int64_t left = deadline - mfa_monotonic_ms();
	struct pollfd one = { .fd = log_state.fd, .events = POLLOUT };
	return left > 0 && poll(&one, 1, (int)left) > 0;
}

/* An errno, or 0. */
static int send_once(const char *line, size_t len, int64_t deadline)
{
	int err = log_state.fd >= 0 ? 0 : connect_log();
	while (err == 0 && send(log_state.fd, line, len, MSG_NOSIGNAL) < 0) {
		if (errno != EINTR && errno != EAGAIN && errno != ENOBUFS)
			err = errno;
		else if (!wait_for_room(deadline))
			return EAGAIN;
	}
	return err;
}

/* A daemon that was started anew has another socket. */
static int send_line(const char *line, size_t len)
{
	int64_t deadline =
		mfa_monotonic_ms() + (log_state.is_stuck ? 0 : log_state.patience_ms);
	int err = send_once(line, len, deadline);
	if (err == 0 || err == EAGAIN)
		return err;
	mfa_close_fd(&log_state.fd);
	return send_once(line, len, deadline);
}

static size_t format_header(int priority, char ret_text[static HEADER_SIZE])
{
	char when[32] = "";
	struct tm local;
	time_t now = time(NULL);
	if (localtime_r(&now, &local) != NULL)
		(void)strftime(when, sizeof when, "%b %e %T", &local);
	int len = snprintf(ret_text, HEADER_SIZE,
			   "<%d>%s %s[%ld]: ", LOG_AUTHPRIV | priority, when,
			   log_state.ident, (long)getpid());
	return len < HEADER_SIZE ? (size_t)len : HEADER_SIZE - 1;
}

/* Sends it behind a header; what is longer is cut. */
static int write_log_line(int priority, const char *text)
{
	char line[HEADER_SIZE + MFA_LOG_LINE_SIZE];
	size_t header = format_header(priority, line);
	size_t len = strnlen(text, MFA_LOG_LINE_SIZE - 1);
	memcpy(line + header, text, len);
	int err = send_line(line, header + len);
	if (err != EPROTOTYPE)
		return err;
	log_state.has_stream = true;
	syslog(LOG_AUTHPRIV | priority, "%s", text);
	return 0;
}

/* Before the line, which comes later than those. */
static int tell_dropped(void)
{
	char text[MFA_LOG_LINE_SIZE];
	(void)snprintf(text, sizeof text,
		       "the syslog daemon did not take the %lu lines before this one",
		       log_state.dropped);
	return write_log_line(LOG_WARNING, text);
}

void mfa_log(int priority, const char *format, ...)
{
	char text[MFA_LOG_LINE_SIZE];
	va_list args;
	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args);
	va_end(args);
	if (log_state.has_stream) {
		syslog(LOG_AUTHPRIV | priority, "%s", text);
		return;
	}
	int err = log_state.dropped > 0 ? tell_dropped() : 0;
	if (err == 0) {
		log_state.dropped = 0;
		err = write_log_line(priority, text);
	}
	log_state.is_stuck = err != 0;
	if (err != 0)
		log_state.dropped++;
}
