/* SPDX-License-Identifier: BSD-2-Clause */
/* Literal IP addresses and prefixes. Never a host name, never a look-up. */
#pragma once

#include "mfa/base.h"

/* Whether pattern is an IPv4 or IPv6 address, or one with "/" and a prefix length. */
bool mfa_address_is_pattern(const char *pattern);

/* Whether text is one address, IPv4 or IPv6, with or without a scope. */
bool mfa_address_is_literal(const char *text);

enum mfa_match {
	MFA_MATCH_NO,
	MFA_MATCH_YES,
	MFA_MATCH_UNKNOWN
};

/* Whether address lies in pattern. MFA_MATCH_UNKNOWN when address is not a literal (a
 * host name). IPv4-mapped IPv6 addresses count as IPv4; the scope of an IPv6 address
 * (%eth0) is ignored. */
enum mfa_match mfa_address_match(const char *address, const char *pattern);

enum {
	MFA_NETWORK_SIZE = 64
};

/* The loopback network: a local user can use any of its addresses. ::1 counts as one. */
#define MFA_NETWORK_LOOPBACK "127.0.0.0/8"

/* The network that counts as one host, since a host can choose among its own addresses:
 * an IPv4 address itself, MFA_NETWORK_LOOPBACK, or the /64 of an IPv6 address
 * ("2001:db8::/64"). false: it is not a literal. */
bool mfa_address_network(const char *address, char ret_text[static MFA_NETWORK_SIZE])
	MFA_MUST_CHECK;
