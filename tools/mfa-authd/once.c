/* SPDX-License-Identifier: BSD-2-Clause */
#include "once.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "begin.h"
#include "channel.h"
#include "connection.h"
#include "mfa/fs.h"
#include "mfa/origin.h"
#include "mfa/packet.h"
#include "mfa/peer.h"
#include "mfa/reason.h"
#include "steps.h"

static const char FOLDER[] = "/run/pam_mfa";
static const char HOLD[] = "/run/pam_mfa/once";

enum {
	BEGIN_MS = 10000,
	HELD_MS = 120000, /* for which one login may keep others waiting */
};

/* In a user namespace root may be anybody. */
static bool has_all_ids(void)
{
	unsigned long fields[3] = { 1, 1, 0 }; /* inside, outside, how many */
	char line[128] = "";
	FILE *map = fopen("/proc/self/uid_map", "re");
	if (map == NULL)
		return false;
	char *at = fgets(line, sizeof line, map);
	(void)fclose(map);
	for (size_t i = 0; at != NULL && i < MFA_COUNT(fields); i++) {
		char *end = NULL;
		fields[i] = strtoul(at, &end, 10);
		at = end != at ? end : NULL;
	}
	return at != NULL && fields[0] == 0 && fields[1] == 0 && fields[2] == UINT_MAX;
}

static bool is_on_virtual_terminal(const struct mfa_peer *peer)
{
	const struct origin_claims nothing = { .service = NULL };
	struct origin origin;
	if (!peer->is_known)
		return false;
	origin_read(peer->pid, peer->real_uid, &nothing, &origin);
	return origin.vt != 0;
}

static int take_hold(struct mfa_diag *diag, int *ret_hold)
{
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	bool is_made = false;
	int err = mfa_fs_make_dir(FOLDER, diag, &is_made);
	if (err == MFA_OK)
		err = mfa_fs_open(HOLD, O_RDWR | O_CREAT, &mfa_fs_own, diag, &fd);
	if (err == MFA_OK && flock(fd, LOCK_EX | LOCK_NB) != 0)
		return mfa_fail(diag, MFA_ERR_BUSY,
				"mfa-authd does not run, and another login is being "
				"checked without it");
	if (err == MFA_OK)
		*ret_hold = MFA_TAKE_FD(fd);
	return err;
}

int once_check(int connection, struct mfa_diag *diag, int *ret_hold)
{
	struct mfa_peer peer;
	int err = mfa_peer_read(connection, INT64_MAX, &peer);
	if (err != MFA_OK)
		return mfa_fail(diag, err, "it is not known who asks");
	if (!has_all_ids())
		return mfa_fail(diag, MFA_ERR_UNSUPPORTED,
				"not in a user namespace: start mfa-authd on the host");
	if (peer.is_root_only)
		return MFA_OK;
	if (peer.uid == 0 && is_on_virtual_terminal(&peer))
		return take_hold(diag, ret_hold);
	return mfa_fail(diag, MFA_ERR_UNSUPPORTED,
			"mfa-authd does not run: systemctl restart mfa-authd.socket; "
			"meanwhile su and sudo work on a text console of this machine");
}

/* For poll(2). */
static int timeout_of(const struct connection *connection)
{
	if (connection->deadline_ms == INT64_MAX)
		return -1;
	int64_t left = connection->deadline_ms - mfa_monotonic_ms();
	if (left < 0)
		return 0;
	return left > INT_MAX ? INT_MAX : (int)left;
}

/* Waits for the module, and for the device. */
static void wait_for(struct connection *connection)
{
	struct pollfd both[] = {
		{ .fd = connection->fd, .events = POLLIN | POLLRDHUP },
		{ .fd = connection->visit.wait == VISIT_DEVICE
				? connection->visit.session.channel
				: -1,
		  .events = POLLIN },
	};
	(void)poll(both, MFA_COUNT(both), timeout_of(connection));
}

static void take_step(struct desk *desk, struct connection *connection)
{
	struct visit *visit = &connection->visit;
	struct pollfd device = { .fd = visit->session.channel, .events = POLLIN };
	bool is_late = connection->deadline_ms <= mfa_monotonic_ms();
	struct pollfd peer = { .fd = connection->fd, .events = POLLIN | POLLRDHUP };
	if (visit->wait == VISIT_DEVICE && (is_late || poll(&device, 1, 0) > 0))
		steps_device(desk, visit);
	else if (connection_has_message(connection))
		steps_message(desk, visit);
	else if (is_late || poll(&peer, 1, 0) > 0)
		steps_gone(desk, visit);
}

int once_serve(int fd, bool is_held, struct mfa_diag *diag)
{
	int64_t end_ms = is_held ? mfa_monotonic_ms() + HELD_MS : INT64_MAX;
	struct desk desk;
	struct connection connection = { .fd = fd, .device = -1 };
	connection.visit.accepted_ms = INT64_MAX; /* it was there before this process */
	connection.visit.session.channel = -1;
	int err = desk_begin(NULL, true, &desk);
	if (err != MFA_OK)
		return mfa_fail(diag, err, "out of memory");
	desk.connection = fd;
	channel_greet(fd);
	while (connection.visit.wait != VISIT_END) {
		connection_set_deadline(&connection);
		if (connection.deadline_ms > end_ms)
			connection.deadline_ms = end_ms;
		wait_for(&connection);
		take_step(&desk, &connection);
	}
	mfa_device_close(&connection.visit.session);
	desk_done(&desk);
	return MFA_OK;
}

static void explain(struct desk *desk, struct mfa_span payload)
{
	struct mfa_authd_begin begin;
	if (mfa_authd_unpack_begin(payload, &begin) != MFA_OK)
		return;
	channel_set_charset(desk, mfa_charset_find(begin.charset), begin.tty);
	struct mfa_language *language = mfa_language_open(
		begin_wants_japanese(&begin) ? MFA_LANGUAGE_JA : MFA_LANGUAGE_EN,
		begin.tty);
	const struct mfa_dialog dialog = channel_dialog(desk);
	mfa_reason_explain(&dialog, language, "", MFA_REASON_FAILED);
	mfa_language_close(&language);
}

void once_refuse(int connection)
{
	unsigned char bytes[MFA_PACKET_SIZE];
	struct mfa_secret buffer = { bytes, sizeof bytes };
	unsigned char letter = 0;
	struct mfa_span payload = { 0 };
	struct desk desk = { .connection = connection };
	const struct mfa_authd_verdict verdict = { .verdict = MFA_UNAVAILABLE,
						   .name = "" };
	channel_greet(connection);
	/* the module speaks before it listens: it must not find a broken connection */
	if (mfa_packet_receive(connection, &buffer, BEGIN_MS, &letter, &payload) ==
	    MFA_OK)
		explain(&desk, payload);
	channel_send_verdict(&desk, &verdict);
}
