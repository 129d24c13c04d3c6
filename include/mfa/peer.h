/* SPDX-License-Identifier: BSD-2-Clause */
/* The process at the other end of a local socket (unix(7), SO_PEERCRED). */
#pragma once

#include <sys/types.h>

#include "mfa/base.h"

struct mfa_peer {
	/* The effective user id of who connected, at that moment. It alone gives rights:
	 * who connects may pass the socket on and become another program. */
	uid_t uid;
	pid_t pid; /* 0: of another pid namespace */
	/* The real user id, which is the person's where the program is set-uid. Nobody's
	 * (uid_t)-1 if it cannot be known. */
	uid_t real_uid;
	bool is_root_only; /* real, effective and saved user id are root's */
	/* The process lives, and has done so since it connected: what /proc says is of
	 * this one. */
	bool is_known;
	/* Before Linux 6.5: when it began, as /proc/PID/stat has it. */
	int64_t start_ticks;
};

/* Reads all of it. accepted_ms: when the connection was accepted (CLOCK_BOOTTIME). A peer
 * of which the kernel knows no user: MFA_ERR_IO. */
int mfa_peer_read(int connection, int64_t accepted_ms, struct mfa_peer *ret_peer)
	MFA_MUST_CHECK;

/* Whether it is still there; to be asked after more has been read of it in /proc. */
bool mfa_peer_is_alive(int connection, const struct mfa_peer *peer);

/* Whether the process is in the user namespace of this one, where a user id is one
 * person's: newuidmap(1) gives everybody thousands of ids in others. In doubt not. */
bool mfa_peer_has_our_users(pid_t pid);

/* CLOCK_BOOTTIME in milliseconds, by which processes' start times are counted. */
int64_t mfa_boottime_ms(void);
