/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/arguments.h"

#include <string.h>

/* The text after "key=" if word begins with it, else NULL. */
static const char *argument_value(const char *word, const char *key)
{
	size_t len = strlen(key);
	return strncmp(word, key, len) == 0 ? word + len : NULL;
}

/* false: it is no argument, and nothing changes. */
static bool read_argument(const char *word, struct mfa_arguments *arguments)
{
	const char *conf = argument_value(word, "conf=");
	const char *zone = argument_value(word, "zone=");
	if (conf != NULL && conf[0] == '/')
		arguments->config = conf;
	else if (zone != NULL && zone[0] != '\0')
		arguments->zone = zone;
	else if (strcmp(word, "forward_pass") == 0)
		arguments->forward_pass = true;
	else if (strcmp(word, "explain") == 0)
		arguments->explain = true;
	else if (strcmp(word, "debug") == 0)
		arguments->debug = true;
	else
		return false;
	return true;
}

bool mfa_argument_is_known(const char *word)
{
	struct mfa_arguments unused = { 0 };
	return read_argument(word, &unused);
}

int mfa_arguments_parse(int argc, const char **argv, struct mfa_diag *diag,
			struct mfa_arguments *ret_arguments)
{
	struct mfa_arguments arguments = { 0 };
	for (int i = 0; i < argc; i++)
		if (!read_argument(argv[i], &arguments))
			return mfa_fail(
				diag, MFA_ERR_CONFIG,
				"pam.d: \"%s\" is not an argument of pam_mfa.so; see "
				"pam_mfa(8)",
				argv[i]);
	*ret_arguments = arguments;
	return MFA_OK;
}
