/* SPDX-License-Identifier: BSD-2-Clause */
#include "arguments.h"

#include <string.h>

/* The text after "key=" if word begins with it, else NULL. */
static const char *argument_value(const char *word, const char *key)
{
	size_t len = strlen(key);
	return strncmp(word, key, len) == 0 ? word + len : NULL;
}

int arguments_parse(int argc, const char **argv, struct mfa_diag *diag,
		    struct arguments *ret_arguments)
{
	struct arguments arguments = { 0 };
	for (int i = 0; i < argc; i++) {
		const char *conf = argument_value(argv[i], "conf=");
		const char *zone = argument_value(argv[i], "zone=");
		if (conf != NULL && conf[0] == '/')
			arguments.config = conf;
		else if (zone != NULL && zone[0] != '\0')
			arguments.zone = zone;
		else if (strcmp(argv[i], "forward_pass") == 0)
			arguments.forward_pass = true;
		else if (strcmp(argv[i], "explain") == 0)
			arguments.explain = true;
		else if (strcmp(argv[i], "debug") == 0)
			arguments.debug = true;
		else
			return mfa_fail(
				diag, MFA_ERR_CONFIG,
				"pam.d: \"%s\" is not an argument of pam_mfa.so; see "
				"pam_mfa(8)",
				argv[i]);
	}
	*ret_arguments = arguments;
	return MFA_OK;
}
