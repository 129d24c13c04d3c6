/* SPDX-License-Identifier: BSD-2-Clause */
#include "source.h"

#include <string.h>

#include <sodium.h>

#include "mfa/lockout.h"

void source_find(const struct mfa_login *login, struct source *ret_source)
{
	static const char terminal[] = "terminal tty";
	char text[MFA_SOURCE_SIZE];
	mfa_source_format(login, text);
	(void)crypto_generichash(ret_source->hash, sizeof ret_source->hash,
				 (const unsigned char *)text, strlen(text), NULL, 0);
	ret_source->is_terminal = strncmp(text, terminal, strlen(terminal)) == 0;
}

bool source_is_known(const struct source *source)
{
	return sodium_is_zero(source->hash, sizeof source->hash) == 0;
}

bool source_is_same(const struct source *one, const struct source *other)
{
	return memcmp(one->hash, other->hash, sizeof one->hash) == 0;
}
