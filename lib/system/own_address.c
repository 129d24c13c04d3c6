/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/own_address.h"

#include <ifaddrs.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>

#include "mfa/address.h"

static bool is_same(const struct sockaddr *address, const char *text)
{
	char literal[NI_MAXHOST];
	if (address == NULL)
		return false;
	socklen_t size = 0;
	if (address->sa_family == AF_INET)
		size = sizeof(struct sockaddr_in);
	else if (address->sa_family == AF_INET6)
		size = sizeof(struct sockaddr_in6);
	if (size == 0 || getnameinfo(address, size, literal, sizeof literal, NULL, 0,
				     NI_NUMERICHOST) != 0)
		return false;
	literal[strcspn(literal, "%")] = '\0';
	return mfa_address_match(text, literal) == MFA_MATCH_YES;
}

bool mfa_address_is_own(const char *text)
{
	struct ifaddrs *all = NULL;
	bool is_found = false;
	if (!mfa_address_is_literal(text) || getifaddrs(&all) != 0)
		return false;
	for (const struct ifaddrs *one = all; one != NULL && !is_found;
	     one = one->ifa_next)
		is_found = is_same(one->ifa_addr, text);
	freeifaddrs(all);
	return is_found;
}
