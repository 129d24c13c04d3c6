/* Literal IP addresses and prefixes. Never a host name, never a look-up. */
#pragma once

#include "mfa/base.h"

/* Whether pattern is an IPv4 or IPv6 address, or one with "/" and a prefix length. */
bool mfa_address_is_pattern(const char *pattern);

enum mfa_match {
	MFA_MATCH_NO,
	MFA_MATCH_YES,
	MFA_MATCH_UNKNOWN
};

/* Whether address lies in pattern. MFA_MATCH_UNKNOWN when address is not a literal (a
 * host name). IPv4-mapped IPv6 addresses count as IPv4; the scope of an IPv6 address
 * (%eth0) is ignored. */
enum mfa_match mfa_address_match(const char *address, const char *pattern);
