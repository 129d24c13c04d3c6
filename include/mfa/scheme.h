/* SPDX-License-Identifier: BSD-2-Clause */
/* Sources of records and of the store key, as mfa.conf has them: a scheme, a colon, and
 * an address. Who offers schemes has them in one table, which everybody asks. */
#pragma once

#include "mfa/base.h"

struct mfa_scheme {
	const char *name; /* before the colon */
	const char *form; /* of a whole source, for people: "file:/PATH" */
	bool is_path;	  /* the address is an absolute path of this host */
};

/* The scheme at an index of a table; NULL: behind the last. */
typedef const struct mfa_scheme *(*mfa_scheme_table)(size_t index);

/* What comes after the colon of a source of this scheme, borrowed from it; NULL: it is of
 * another. */
const char *mfa_scheme_address(const struct mfa_scheme *scheme, const char *source);

/* The scheme of a source whose address it takes; NULL: none does. */
const struct mfa_scheme *mfa_scheme_find(mfa_scheme_table table, const char *source);
