/* SPDX-License-Identifier: BSD-2-Clause */
/* What came of a login, in syslog, as pam_syslog(3) would write it for the program. */
#pragma once

#include "login.h"

/* One line, and further ones for warnings. phase: "auth" or "account". */
void report_login(const struct login *login, const char *phase,
		  const struct mfa_auth_result *result);

/* One line, whatever its event is. priority: of syslog(3). */
void report_event(const struct login *login, const struct mfa_event *event,
		  const char *phase, int priority);

/* What the debug argument asks for. */
void report_debug(const struct login *login);
