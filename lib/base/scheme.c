/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/scheme.h"

#include <string.h>

static bool is_address(const struct mfa_scheme *scheme, const char *address)
{
	return scheme->is_path ? address[0] == '/' : address[0] != '\0';
}

const char *mfa_scheme_address(const struct mfa_scheme *scheme, const char *source)
{
	size_t len = strlen(scheme->name);
	bool is_of = strncmp(source, scheme->name, len) == 0 && source[len] == ':';
	return is_of ? source + len + 1 : NULL;
}

const struct mfa_scheme *mfa_scheme_find(mfa_scheme_table table, const char *source)
{
	const struct mfa_scheme *scheme = NULL;
	for (size_t i = 0; (scheme = table(i)) != NULL; i++) {
		const char *address = mfa_scheme_address(scheme, source);
		if (address != NULL && is_address(scheme, address))
			return scheme;
	}
	return NULL;
}
