/* SPDX-License-Identifier: BSD-2-Clause */
#include "listener.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "mfa/fs.h"

#ifndef SO_PASSRIGHTS
#define SO_PASSRIGHTS 83
#endif

enum {
	PASSED_FD = STDERR_FILENO + 1,
	BACKLOG = 512,
	GREETING_MS = 1000,
	MODE = 0666, /* who may ask is decided by who it is */
	FOLDER_MODE = 0711,
};

static bool is_packet_socket(int fd)
{
	int type = 0;
	int domain = 0;
	socklen_t size = sizeof type;
	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 &&
	       getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 &&
	       domain == AF_UNIX && type == SOCK_SEQPACKET;
}

static int take_passed(struct mfa_diag *diag, int *ret_fd)
{
	const char *pid = getenv("LISTEN_PID");
	const char *count = getenv("LISTEN_FDS");
	if (pid == NULL || count == NULL || strtol(pid, NULL, 10) != getpid())
		return MFA_ERR_NOTFOUND;
	if (strcmp(count, "1") != 0 || !is_packet_socket(PASSED_FD))
		return mfa_fail(diag, MFA_ERR_INVALID,
				"systemd passed something else than one socket of "
				"ListenSequentialPacket=");
	(void)fcntl(PASSED_FD, F_SETFD, FD_CLOEXEC);
	(void)fcntl(PASSED_FD, F_SETFL, O_NONBLOCK);
	*ret_fd = PASSED_FD;
	return MFA_OK;
}

/* The folder of the socket: root's, and open to everybody who knows the name. */
static int prepare_folder(const char *path, struct mfa_diag *diag)
{
	char folder[sizeof((struct sockaddr_un *)0)->sun_path];
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	bool is_made = false;
	const char *slash = strrchr(path, '/');
	(void)snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
	int err = mfa_fs_make_dir(folder, diag, &is_made);
	if (err == MFA_OK)
		err = mfa_fs_open_dir(folder, &mfa_fs_protected, diag, &fd);
	if (err == MFA_OK && fchmod(fd, FOLDER_MODE) != 0)
		return mfa_fail_errno(diag, errno, "%s: cannot set its mode", folder);
	return err;
}

/* It greets; a worker of a service that has just ended may still have its socket, and
 * close it. */
static bool is_served(int fd)
{
	char letter = 0;
	struct pollfd one = { .fd = fd, .events = POLLIN };
	return poll(&one, 1, GREETING_MS) > 0 &&
	       recv(fd, &letter, sizeof letter, MSG_DONTWAIT) > 0;
}

/* A second service that is started by hand would take the first one's place, and leave
 * none when it ends. */
static int check_free(const char *path, struct mfa_diag *diag)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	MFA_CLEANUP(mfa_close_fd)
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	(void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	if (fd < 0 ||
	    connect(fd, (const struct sockaddr *)&address, sizeof address) != 0 ||
	    !is_served(fd))
		return MFA_OK;
	return mfa_fail(
		diag, MFA_ERR_EXISTS,
		"%s: a service listens there already; to replace it: systemctl stop "
		"mfa-authd.socket mfa-authd.service",
		path);
}

static int bind_at(int fd, const char *path, struct mfa_diag *diag)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int len = snprintf(address.sun_path, sizeof address.sun_path, "%s.%ld", path,
			   (long)getpid());
	if (len < 0 || (size_t)len >= sizeof address.sun_path || path[0] != '/')
		return mfa_fail(diag, MFA_ERR_INVALID,
				"%s: must be an absolute path of less than %zu bytes",
				path, sizeof address.sun_path - 10);
	int err = prepare_folder(path, diag);
	if (err == MFA_OK)
		err = check_free(path, diag);
	if (err != MFA_OK)
		return err;
	(void)unlink(address.sun_path);
	if (bind(fd, (const struct sockaddr *)&address, sizeof address) != 0 ||
	    listen(fd, BACKLOG) != 0 || chmod(address.sun_path, MODE) != 0 ||
	    rename(address.sun_path, path) != 0) {
		int errnum = errno;
		(void)unlink(address.sun_path);
		return mfa_fail_errno(diag, errnum, "%s: cannot listen", path);
	}
	return MFA_OK;
}

/* Linux 6.16: nobody can send descriptors along, see sweeper.h. */
static void forbid_descriptors(int fd)
{
	const int none = 0;
	(void)setsockopt(fd, SOL_SOCKET, SO_PASSRIGHTS, &none, sizeof none);
}

static int open_any(const char *path, struct mfa_diag *diag, int *ret_fd)
{
	int err = take_passed(diag, ret_fd);
	if (err != MFA_ERR_NOTFOUND)
		return err;
	if (path == NULL)
		return mfa_fail(
			diag, MFA_ERR_NOTFOUND,
			"systemd passed no socket: systemctl restart mfa-authd.socket "
			"(without systemd: --listen)");
	MFA_CLEANUP(mfa_close_fd)
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return mfa_fail_errno(diag, errno, "cannot make a socket");
	err = bind_at(fd, path, diag);
	if (err == MFA_OK)
		*ret_fd = MFA_TAKE_FD(fd);
	return err;
}

int listener_open(const char *path, struct mfa_diag *diag, int *ret_fd)
{
	int err = open_any(path, diag, ret_fd);
	if (err == MFA_OK)
		forbid_descriptors(*ret_fd);
	return err;
}
