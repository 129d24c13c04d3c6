/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/peer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "mfa/process.h"

#ifndef SYS_pidfd_open /* Linux 5.3 */
#define SYS_pidfd_open 434
#endif
#ifndef SO_PEERPIDFD /* Linux 6.5 */
#define SO_PEERPIDFD 77
#endif

/* What the kernel says of a process by its pidfd, since Linux 6.13. The name of the
 * request is not in the headers of the systems that this is built on. */
struct process_info {
	uint64_t mask;
	uint32_t words[14];
};

#define GET_PROCESS_INFO     _IOWR(0xff, 11, struct process_info)
#define PROCESS_INFO_HAS_IDS ((uint64_t)1 << 1)

enum {
	/* among the words */
	AT_REAL_UID = 5,
	AT_EFFECTIVE_UID = 7,
	AT_SAVED_UID = 9,
	PATH_SIZE = 64,
	SECOND_MS = 1000,
	MS_NS = 1000000,
};

int64_t mfa_boottime_ms(void)
{
	struct timespec now = { 0 };
	(void)clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec * SECOND_MS + now.tv_nsec / MS_NS;
}

/* Before Linux 5.3 the folder of /proc: it is empty when that process has ended, whoever
 * has its number then. */
static int open_number(pid_t pid)
{
	char path[PATH_SIZE];
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (fd >= 0 || errno != ENOSYS)
		return fd;
	(void)snprintf(path, sizeof path, "/proc/%ld", (long)pid);
	return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* Before Linux 6.5 the process that has the number now: ret_may_be_another. */
static int open_process(int connection, pid_t pid, bool *ret_may_be_another)
{
	int fd = -1;
	socklen_t size = sizeof fd;
	*ret_may_be_another = false;
	if (getsockopt(connection, SOL_SOCKET, SO_PEERPIDFD, &fd, &size) == 0)
		return fd;
	if (errno != ENOPROTOOPT)
		return -1;
	*ret_may_be_another = true;
	return open_number(pid);
}

/* A pidfd is readable when its process has ended. */
static bool is_running(int process)
{
	struct pollfd one = { .fd = process, .events = POLLIN };
	struct stat status;
	int ready = -1;
	if (process < 0)
		return false;
	do
		ready = poll(&one, 1, 0);
	while (ready < 0 && errno == EINTR);
	return ready == 0 || fstatat(process, "stat", &status, 0) == 0;
}

static bool read_start(pid_t pid, int64_t *ret_ticks)
{
	struct mfa_process process;
	if (mfa_process_read(pid, &process) != MFA_OK)
		return false;
	*ret_ticks = process.start_ticks;
	return true;
}

/* Whether the process was there when the connection was accepted. */
static bool is_old_enough(struct mfa_peer *peer, int64_t accepted_ms)
{
	return read_start(peer->pid, &peer->start_ticks) &&
	       peer->start_ticks * SECOND_MS / sysconf(_SC_CLK_TCK) <= accepted_ms;
}

/* Whether the process of that number is the one that was looked at before. Only one that
 * began within the same tick would pass for it. */
static bool has_same_start(const struct mfa_peer *peer)
{
	int64_t ticks = 0;
	return read_start(peer->pid, &ticks) && ticks == peer->start_ticks;
}

/* In 1 us, where the text of /proc takes 20. */
static bool ask_for_ids(int process, struct mfa_peer *peer)
{
	struct process_info info = { .mask = PROCESS_INFO_HAS_IDS };
	if (ioctl(process, GET_PROCESS_INFO, &info) != 0 ||
	    (info.mask & PROCESS_INFO_HAS_IDS) == 0)
		return false;
	peer->real_uid = info.words[AT_REAL_UID];
	peer->is_root_only = info.words[AT_REAL_UID] == 0 &&
			     info.words[AT_EFFECTIVE_UID] == 0 &&
			     info.words[AT_SAVED_UID] == 0;
	return true;
}

static bool read_ids(struct mfa_peer *peer)
{
	static const char key[] = "\nUid:";
	char text[MFA_PROCESS_TEXT_SIZE];
	unsigned long ids[3] = { 0 };
	const char *line = NULL;
	if (!mfa_process_read_file(peer->pid, "status", text) ||
	    (line = strstr(text, key)) == NULL)
		return false;
	char *at = (char *)(uintptr_t)line + strlen(key);
	for (size_t i = 0; i < MFA_COUNT(ids); i++) {
		char *end = NULL;
		ids[i] = strtoul(at, &end, 10);
		if (end == at)
			return false;
		at = end;
	}
	peer->real_uid = (uid_t)ids[0];
	peer->is_root_only = ids[0] == 0 && ids[1] == 0 && ids[2] == 0;
	return true;
}

/* Who connected as a user stays that user, whatever has become of the process since. */
static void narrow_ids(struct mfa_peer *peer)
{
	if (peer->uid != 0) {
		peer->real_uid = peer->uid;
		peer->is_root_only = false;
	} else if (!peer->is_known) {
		peer->real_uid = (uid_t)-1;
		peer->is_root_only = false;
	}
}

int mfa_peer_read(int connection, int64_t accepted_ms, struct mfa_peer *ret_peer)
{
	struct ucred who = { .pid = 0 };
	socklen_t size = sizeof who;
	if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0 ||
	    who.uid == (uid_t)-1)
		return MFA_ERR_IO;
	struct mfa_peer peer = { .uid = who.uid, .pid = who.pid };
	bool may_be_another = false; /* then it is younger, too */
	MFA_CLEANUP(mfa_close_fd)
	int process =
		who.pid > 0 ? open_process(connection, who.pid, &may_be_another) : -1;
	peer.is_known =
		process >= 0 && (!may_be_another || is_old_enough(&peer, accepted_ms)) &&
		(ask_for_ids(process, &peer) || read_ids(&peer)) && is_running(process);
	narrow_ids(&peer);
	*ret_peer = peer;
	return MFA_OK;
}

bool mfa_peer_is_alive(int connection, const struct mfa_peer *peer)
{
	bool may_be_another = false;
	MFA_CLEANUP(mfa_close_fd)
	int process =
		peer->pid > 0 ? open_process(connection, peer->pid, &may_be_another) : -1;
	return is_running(process) && (!may_be_another || has_same_start(peer));
}

/* The kernel shows a map as it is from the reader's namespace: of the reader's own it is
 * the same file. */
bool mfa_peer_has_our_users(pid_t pid)
{
	char theirs[MFA_PROCESS_TEXT_SIZE];
	char ours[MFA_PROCESS_TEXT_SIZE];
	return mfa_process_read_file(pid, "uid_map", theirs) &&
	       mfa_process_read_file(getpid(), "uid_map", ours) && theirs[0] != '\0' &&
	       strcmp(theirs, ours) == 0;
}
