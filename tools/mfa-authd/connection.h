/* SPDX-License-Identifier: BSD-2-Clause */
/* A connection of the module's, as the parent has it. Its messages are read by workers
 * alone. */
#pragma once

#include "fold.h"

/* What the parent does with it. */
enum connection_state {
	CONNECTION_WAITS,  /* for its peer or a device */
	CONNECTION_READY,  /* for a worker */
	CONNECTION_WORKED, /* a worker has it */
};

/* Whether it serves somebody at this machine, by what no program says of itself. */
enum connection_where {
	CONNECTION_UNKNOWN = 0, /* nobody has asked yet */
	CONNECTION_HERE,
	CONNECTION_ELSEWHERE,
};

struct connection {
	int fd;
	int device; /* the device's channel, while it is waited for; or -1 */
	/* Who connected; of root's programs the real user, who has started a set-uid one
	 */
	uid_t uid;
	bool is_users_own;     /* who connected is not root */
	int64_t not_before_ms; /* its message has to wait that long */
	bool is_paced;	       /* that was found out for this answer */
	bool is_answered;      /* the step that is being taken is about an answer */
	int64_t deadline_ms;   /* INT64_MAX: it may wait for ever */
	uint64_t order;	       /* who became ready first is served first */
	enum connection_state state;
	enum connection_where where;
	struct fold_repeats
		repeats; /* of a line that is to be written, and no connection */
	struct visit visit;
};

/* Accepts one; it is not greeted yet. MFA_ERR_NOMEM; MFA_ERR_IO: there was none. */
int connection_accept(int listener, struct connection **ret_connection) MFA_MUST_CHECK;
void connection_free(struct connection **connection);

/* Whether there is a message to be read, or only the end. */
bool connection_has_message(const struct connection *connection);

/* Whether it serves somebody at this machine (origin_is_here), asked of the system once.
 */
bool connection_is_here(struct connection *connection);

/* Sets the deadline of what it waits for now. */
void connection_set_deadline(struct connection *connection);
