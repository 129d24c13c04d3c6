/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/caller.h"

#include <sys/socket.h>
#include <unistd.h>

#include "mfa/nss.h"

/* As it was when the other end was connected. */
uint32_t caller_input_peer(void)
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

void caller_set(struct mfa_login *login, uint32_t caller, uint32_t peer)
{
	login->caller = caller;
	login->peer = caller == 0 ? peer : 0;
	uint32_t user = caller != 0 ? caller : login->peer;
	/* where it cannot be asked, as with few descriptors: the caller's doing, perhaps
	 */
	login->is_nameless = user != 0 && !nss_is_person(user);
}

void caller_find(struct mfa_login *login)
{
	uint32_t caller = getuid();
	caller_set(login, caller, caller == 0 ? caller_input_peer() : 0);
}
