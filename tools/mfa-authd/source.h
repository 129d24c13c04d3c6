/* SPDX-License-Identifier: BSD-2-Clause */
/* Where a login comes from, as a key of fixed size: a source of mfa/lockout.h. The parent
 * counts by it, and workers find it. */
#pragma once

#include "mfa/zone.h"

enum {
	SOURCE_HASH_SIZE = 16 /* nobody finds two texts with one hash */
};

/* Zeroed: not known yet. */
struct source {
	unsigned char hash[SOURCE_HASH_SIZE];
	bool is_terminal; /* a virtual or serial one: few log in there at once */
};

/* The source of a login whose caller, host and terminal are known. */
void source_find(const struct mfa_login *login, struct source *ret_source);

bool source_is_known(const struct source *source);
bool source_is_same(const struct source *one, const struct source *other);
