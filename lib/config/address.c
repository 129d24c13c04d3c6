/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "mfa/text.h"

struct address {
	unsigned char bytes[16];
	unsigned bits; /* 32 or 128 */
};

static bool parse_address(const char *text, struct address *ret_address)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	char literal[INET6_ADDRSTRLEN];
	size_t len = strcspn(text, "%");
	if (len >= sizeof literal)
		return false;
	memcpy(literal, text, len);
	literal[len] = '\0';
	struct address address = { .bits = 128 };
	bool has_scope = text[len] == '%'; /* only IPv6 has them */
	if (!has_scope && inet_pton(AF_INET, literal, address.bytes) == 1) {
		address.bits = 32;
	} else if (inet_pton(AF_INET6, literal, address.bytes) != 1) {
		return false;
	} else if (memcmp(address.bytes, mapped, sizeof mapped) == 0) {
		memmove(address.bytes, address.bytes + 12, 4);
		address.bits = 32;
	}
	*ret_address = address;
	return true;
}

static bool parse_pattern(const char *text, struct address *ret_address,
			  unsigned *ret_prefix)
{
	char literal[INET6_ADDRSTRLEN];
	const char *slash = strchr(text, '/');
	size_t len = slash != NULL ? (size_t)(slash - text) : strlen(text);
	if (len >= sizeof literal || memchr(text, '%', len) != NULL)
		return false;
	memcpy(literal, text, len);
	literal[len] = '\0';
	if (!parse_address(literal, ret_address))
		return false;
	*ret_prefix = ret_address->bits;
	if (slash == NULL)
		return true;
	int64_t prefix = 0;
	if (mfa_text_parse_number(slash + 1, &prefix) != MFA_OK ||
	    prefix > ret_address->bits)
		return false;
	*ret_prefix = (unsigned)prefix;
	return true;
}

bool mfa_address_is_pattern(const char *pattern)
{
	struct address address;
	unsigned prefix = 0;
	return parse_pattern(pattern, &address, &prefix);
}

bool mfa_address_is_literal(const char *text)
{
	struct address address;
	return parse_address(text, &address);
}

enum mfa_match mfa_address_match(const char *address, const char *pattern)
{
	struct address have;
	struct address want;
	unsigned prefix = 0;
	if (!parse_address(address, &have) || !parse_pattern(pattern, &want, &prefix))
		return MFA_MATCH_UNKNOWN;
	if (have.bits != want.bits)
		return MFA_MATCH_NO;
	unsigned whole = prefix / 8;
	unsigned rest = prefix % 8;
	if (memcmp(have.bytes, want.bytes, whole) != 0)
		return MFA_MATCH_NO;
	if (rest == 0)
		return MFA_MATCH_YES;
	unsigned char mask = (unsigned char)(0xff00U >> rest);
	bool is_same = ((have.bytes[whole] ^ want.bytes[whole]) & mask) == 0;
	return is_same ? MFA_MATCH_YES : MFA_MATCH_NO;
}

bool mfa_address_network(const char *text, char ret_text[static MFA_NETWORK_SIZE])
{
	enum {
		NETWORK_BYTES = 8,
		LOOPBACK_NET = 127,
	};
	char literal[INET6_ADDRSTRLEN];
	struct address address;
	if (!parse_address(text, &address))
		return false;
	bool is_v4 = address.bits == 32;
	if (is_v4 ? address.bytes[0] == LOOPBACK_NET
		  : memcmp(address.bytes, &in6addr_loopback, sizeof in6addr_loopback) ==
			    0) {
		(void)snprintf(ret_text, MFA_NETWORK_SIZE, MFA_NETWORK_LOOPBACK);
		return true;
	}
	if (!is_v4)
		memset(address.bytes + NETWORK_BYTES, 0,
		       sizeof address.bytes - NETWORK_BYTES);
	if (inet_ntop(is_v4 ? AF_INET : AF_INET6, address.bytes, literal,
		      sizeof literal) == NULL)
		return false;
	(void)snprintf(ret_text, MFA_NETWORK_SIZE, "%s%s", literal, is_v4 ? "" : "/64");
	return true;
}
