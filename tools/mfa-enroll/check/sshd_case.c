/* SPDX-License-Identifier: BSD-2-Clause */
/* One server with its settings for some logins: what they say, and where. */
#include "check/sshd_ways.h"

#include <stdio.h>
#include <string.h>

bool sshd_is_on(const struct sshd_settings *settings, enum sshd_key key, bool preset)
{
	const char *text = settings->values[key].text;
	return text[0] == '\0' ? preset : strcasecmp(text, "no") != 0;
}

bool sshd_has_methods(const struct sshd_settings *settings)
{
	const char *methods = settings->values[SSHD_METHODS].text;
	return methods[0] != '\0' && strcasecmp(methods, "any") != 0;
}

const char *sshd_case_service(const struct sshd_case *one)
{
	const char *named = one->settings->values[SSHD_SERVICE].text;
	return named[0] != '\0' ? named : one->server->service;
}

struct check_place sshd_case_place(const struct sshd_case *one, enum sshd_key key)
{
	const struct sshd_settings *settings = one->settings;
	const struct sshd_value *value = &settings->values[key];
	if (value->file[0] != '\0')
		return (struct check_place){ value->file, value->line };
	return (struct check_place){ one->server->config, 0 };
}

const char *sshd_case_scope(const struct check *check, const struct sshd_case *one,
			    char ret_text[static SSHD_SCOPE_SIZE])
{
	const char *service = sshd_case_service(one);
	bool is_renamed = strcmp(service, "sshd") != 0;
	ret_text[0] = '\0';
	if (one->settings->blocks.one != 0)
		(void)snprintf(ret_text, SSHD_SCOPE_SIZE,
			       TR(check->app, MFA_N_(" (in \"Match %s\")")),
			       one->settings->criteria);
	size_t len = strlen(ret_text);
	if (is_renamed)
		(void)snprintf(ret_text + len, SSHD_SCOPE_SIZE - len,
			       TR(check->app, MFA_N_(" (at the service %s)")), service);
	return ret_text;
}
