/* SPDX-License-Identifier: BSD-2-Clause */
#include "report.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "mfa/log.h"

enum {
	LOG_LINE_SIZE = 1536
};

/* A service's name comes from a program: it is written only if it is a plain one. */
static const char *plain_service(const struct login *login)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-._@";
	const char *service = login->visit->claims.service;
	return service[strspn(service, plain)] == '\0' ? service : "?";
}

static void write_line(const struct login *login, int priority, const char *phase,
		       const char *text)
{
	mfa_log(priority, "pam_mfa(%s:%s): %s", plain_service(login), phase, text);
}

void report_event(const struct login *login, const struct mfa_event *event,
		  const char *phase, int priority)
{
	char line[LOG_LINE_SIZE];
	mfa_event_format(event, line, sizeof line);
	write_line(login, priority, phase, line);
}

void report_login(const struct login *login, const char *phase,
		  const struct mfa_auth_result *result)
{
	struct mfa_event event = mfa_auth_event(login->zone, &login->facts.login, result);
	event.event = strcmp(phase, "auth") == 0 ? login_event(login) : phase;
	report_event(login, &event, phase, mfa_auth_priority(result));
	char note[MFA_NOTE_SIZE];
	for (unsigned i = 0; mfa_auth_note(result, i, note); i++)
		write_line(login, LOG_WARNING, phase, note);
}

void report_debug(const struct login *login)
{
	char line[LOG_LINE_SIZE];
	const char *phase =
		login->visit->claims.phase == MFA_AUTHD_AUTH ? "auth" : "account";
	(void)snprintf(line, sizeof line, "configuration %s, zone %s, language %s",
		       login->desk->site.config->path, login->zone->name,
		       mfa_language_has_locale(login->language) ? "available"
								: "missing");
	write_line(login, LOG_DEBUG, phase, line);
}
