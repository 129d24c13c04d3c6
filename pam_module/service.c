/* SPDX-License-Identifier: BSD-2-Clause */
#include "service.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "mfa/authd_protocol.h"
#include "mfa/limits.h"
#include "mfa/spawn.h"

enum {
	GREETING_MS = 2000,
	ONCE_MS = 10000,      /* a program has to be started */
	CONNECT_SECONDS = 10, /* while the queue is full */
	TRIES = 2,
	RESTART_MS = 1000, /* for which nobody may listen while the service restarts */
	PAUSE_MS = 50,
};

/* What is to be done after a try. */
static bool is_nobody_there(int errnum)
{
	return errnum == ECONNREFUSED || errnum == ENOENT || errnum == ECONNRESET;
}

static int connect_once(int fd)
{
	const struct sockaddr_un address = { .sun_family = AF_UNIX,
					     .sun_path = MFA_AUTHD_SOCKET };
	const struct timeval wait = { .tv_sec = CONNECT_SECONDS };
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
	while (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0)
		if (errno != EINTR)
			return errno;
	return 0;
}

/* An address of root's folder; but who listens there must be root as well. */
static bool is_of_root(int fd)
{
	struct ucred peer = { .uid = (uid_t)-1 };
	socklen_t size = sizeof peer;
	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
	       peer.uid == 0;
}

/* Begins, without waiting for the greeting first: a turn less of both. A service that
 * closes without having read it resets the connection, and what it said comes behind
 * that. */
static int meet(int fd, struct mfa_span begin, int timeout_ms, struct mfa_diag *diag)
{
	unsigned char bytes[MFA_PACKET_SIZE];
	struct mfa_secret buffer = { bytes, sizeof bytes };
	unsigned char letter = 0;
	struct mfa_span payload = { 0 };
	int sent = mfa_packet_send(fd, MFA_AUTHD_BEGIN, begin, timeout_ms);
	int err = mfa_packet_receive(fd, &buffer, timeout_ms, &letter, &payload);
	if (err != MFA_OK && err != MFA_ERR_BUSY)
		err = mfa_packet_receive(fd, &buffer, 0, &letter, &payload);
	if (err != MFA_OK)
		return mfa_fail(diag, MFA_ERR_NOTFOUND, "mfa-authd does not answer");
	if (letter == MFA_AUTHD_FULL)
		return mfa_fail(diag, MFA_ERR_BUSY,
				"mfa-authd has too many logins at once");
	if (letter != MFA_AUTHD_HELLO || payload.len < 1)
		return mfa_fail(diag, MFA_ERR_INVALID,
				"mfa-authd and pam_mfa.so do not fit: install both anew");
	/* it has ended since, and will not ask */
	return sent == MFA_OK
		       ? MFA_OK
		       : mfa_fail(diag, MFA_ERR_NOTFOUND, "mfa-authd does not listen");
}

static int open_socket(struct mfa_diag *diag, int *ret_fd)
{
	struct mfa_limits limits;
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0 && errno == EMFILE) { /* a caller may have opened all descriptors */
		mfa_limits_raise(&limits);
		fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
		mfa_limits_restore(&limits);
	}
	*ret_fd = fd;
	return fd >= 0 ? MFA_OK : mfa_fail_errno(diag, errno, "cannot make a socket");
}

static int try_service(struct mfa_span begin, struct mfa_diag *diag, int *ret_channel)
{
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	int err = open_socket(diag, &fd);
	if (err != MFA_OK)
		return err;
	int errnum = connect_once(fd);
	if (errnum == EAGAIN)
		return mfa_fail(diag, MFA_ERR_BUSY,
				"mfa-authd has too many logins at once");
	if (errnum != 0) {
		(void)mfa_fail_errno(diag, errnum, "%s", MFA_AUTHD_SOCKET);
		return is_nobody_there(errnum) ? MFA_ERR_NOTFOUND : MFA_ERR_IO;
	}
	if (!is_of_root(fd))
		return mfa_fail(diag, MFA_ERR_UNSAFE, "%s: root does not listen there",
				MFA_AUTHD_SOCKET);
	err = meet(fd, begin, GREETING_MS, diag);
	if (err == MFA_OK)
		*ret_channel = MFA_TAKE_FD(fd);
	return err;
}

/* A service that restarts is back soon; one that hangs gets a second chance. */
int service_connect(struct mfa_span begin, struct mfa_diag *diag, int *ret_channel)
{
	int64_t start = mfa_monotonic_ms();
	unsigned late = 0;
	for (;;) {
		int64_t before = mfa_monotonic_ms();
		int err = try_service(begin, diag, ret_channel);
		if (err != MFA_ERR_NOTFOUND)
			return err;
		int64_t now = mfa_monotonic_ms();
		late += now - before >= GREETING_MS;
		if (late >= TRIES || (late == 0 && now - start >= RESTART_MS))
			return err;
		(void)poll(NULL, 0, PAUSE_MS);
	}
}

bool service_is_root_only(void)
{
	uid_t real = 1;
	uid_t effective = 1;
	uid_t saved = 1;
	return getresuid(&real, &effective, &saved) == 0 && real == 0 && effective == 0 &&
	       saved == 0;
}

int service_start_once(struct mfa_span begin, struct mfa_diag *diag, int *ret_channel)
{
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	if (geteuid() != 0)
		return mfa_fail(diag, MFA_ERR_UNSUPPORTED,
				"mfa-authd cannot be reached (%s): systemctl restart "
				"mfa-authd.socket",
				MFA_AUTHD_SOCKET);
	int err = mfa_spawn(MFA_AUTHD_PATH, "--once", diag, &fd);
	if (err == MFA_OK)
		err = meet(fd, begin, ONCE_MS, diag);
	if (err == MFA_OK)
		*ret_channel = MFA_TAKE_FD(fd);
	return err;
}
