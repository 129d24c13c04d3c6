/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/caller.h"

#include <sys/socket.h>
#include <unistd.h>

#include "mfa/nss.h"

/* As it was when the other end was connected. */
static uint32_t peer_of_input(void)
{
	int domain = 0;
	struct ucred peer = { .uid = 0 };
	socklen_t size = sizeof domain;
	if (getsockopt(STDIN_FILENO, SOL_SOCKET, SO_DOMAIN, &domain, &size) != 0 ||
	    domain != AF_UNIX)
		return 0;
	size = sizeof peer;
	if (getsockopt(STDIN_FILENO, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 ||
	    peer.uid == (uid_t)-1) /* it has none */
		return 0;
	return peer.uid;
}

void caller_find(struct mfa_login *login)
{
	login->caller = getuid();
	login->peer = login->caller == 0 ? peer_of_input() : 0;
	uint32_t user = login->caller != 0 ? login->caller : login->peer;
	/* where it cannot be asked, as with few descriptors: the caller's doing, perhaps
	 */
	login->is_nameless = user != 0 && !nss_is_person(user);
}
