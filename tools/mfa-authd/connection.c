/* SPDX-License-Identifier: BSD-2-Clause */
#include "connection.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "mfa/origin.h"
#include "mfa/peer.h"

enum {
	BEGIN_MS = 10000,  /* in which the first message comes */
	REFUSE_MS = 60000, /* in which a module may refuse after a verdict */
};

/* MFA_ERR_IO: it is not known. */
static int read_user(struct connection *connection)
{
	struct visit_facts *facts = &connection->visit.facts;
	int err = mfa_peer_read(connection->fd, connection->visit.accepted_ms,
				&facts->peer);
	if (err != MFA_OK)
		return err;
	facts->has_peer = true;
	connection->uid = facts->peer.real_uid;
	connection->is_users_own = facts->peer.uid != 0;
	return MFA_OK;
}

int connection_accept(int listener, struct connection **ret_connection)
{
	MFA_CLEANUP(mfa_close_fd)
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0)
		return MFA_ERR_IO;
	struct connection *connection = calloc(1, sizeof *connection);
	if (connection == NULL)
		return MFA_ERR_NOMEM;
	connection->device = -1;
	connection->visit.accepted_ms = mfa_boottime_ms();
	connection->visit.session.channel = -1;
	connection->fd = MFA_TAKE_FD(fd);
	connection_set_deadline(connection);
	int err = read_user(connection);
	if (err != MFA_OK)
		connection_free(&connection);
	else
		*ret_connection = connection;
	return err;
}

void connection_free(struct connection **connection)
{
	mfa_close_fd(&(*connection)->fd);
	mfa_close_fd(&(*connection)->device);
	free(*connection);
	*connection = NULL;
}

bool connection_has_message(const struct connection *connection)
{
	int size = 0;
	return ioctl(connection->fd, FIONREAD, &size) == 0 && size > 0;
}

/* What was read of a process that has ended may be another's. */
static bool find_here(const struct connection *connection)
{
	const struct mfa_peer *peer = &connection->visit.facts.peer;
	struct origin origin;
	if (!peer->is_known)
		return false;
	origin_read(peer->pid, peer->real_uid, NULL, &origin);
	return origin_is_here(&origin) && mfa_peer_has_our_users(peer->pid) &&
	       mfa_peer_is_alive(connection->fd, peer);
}

bool connection_is_here(struct connection *connection)
{
	if (connection->where == CONNECTION_UNKNOWN)
		connection->where =
			find_here(connection) ? CONNECTION_HERE : CONNECTION_ELSEWHERE;
	return connection->where == CONNECTION_HERE;
}

void connection_set_deadline(struct connection *connection)
{
	int64_t now = mfa_monotonic_ms();
	switch (connection->visit.wait) {
	case VISIT_BEGIN:
		connection->deadline_ms = now + BEGIN_MS;
		return;
	case VISIT_VERDICT:
		connection->deadline_ms = now + REFUSE_MS;
		return;
	case VISIT_DEVICE:
		connection->deadline_ms = connection->visit.session.deadline_ms;
		return;
	case VISIT_REPLY: /* a greeter's question may be open for days */
	case VISIT_END:
		break;
	}
	connection->deadline_ms = INT64_MAX;
}
