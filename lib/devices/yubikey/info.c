/* SPDX-License-Identifier: BSD-2-Clause */
#include "info.h"

enum {
	MAJOR_LEAST = 4,
	MINOR_LEAST = 1,
	INFO_SIZE = 264, /* libykpers believes the length, which is one byte */
	TAG_SERIAL = 0x02,
	TAG_TOUCH_SECONDS = 0x07,
	SERIAL_LEN = 4,
};

static bool has_info(const struct mfa_yubikey_port *info)
{
	return info->version[0] > MAJOR_LEAST ||
	       (info->version[0] == MAJOR_LEAST && info->version[1] >= MINOR_LEAST);
}

static void take_fact(struct mfa_yubikey_port *info, const unsigned char *fact)
{
	unsigned tag = fact[0];
	unsigned len = fact[1];
	if (tag == TAG_SERIAL && len == SERIAL_LEN && info->serial == 0)
		info->serial = (uint32_t)fact[2] << 24 | (uint32_t)fact[3] << 16 |
			       (uint32_t)fact[4] << 8 | fact[5];
	if (tag == TAG_TOUCH_SECONDS && len == 1)
		info->touch_s = fact[2];
}

/* The length of all facts, then for each a tag, a length, and a value. libykpers has
 * checked the CRC. */
static void take_facts(struct mfa_yubikey_port *info, const unsigned char *bytes,
		       size_t len)
{
	size_t end = 1 + (size_t)bytes[0];
	if (end > len)
		return;
	for (size_t at = 1; at + 2 <= end && at + 2 + bytes[at + 1] <= end;
	     at += 2 + (size_t)bytes[at + 1])
		take_fact(info, bytes + at);
}

void info_read(struct port *port)
{
	unsigned char bytes[INFO_SIZE] = { 0 };
	unsigned len = sizeof bytes;
	if (has_info(&port->info) &&
	    yk_get_capabilities(port->key, 0, 0, bytes, &len) != 0)
		take_facts(&port->info, bytes, sizeof bytes);
}
