/* SPDX-License-Identifier: BSD-2-Clause */
/* What came of a visit, in syslog. */
#include <syslog.h>

#include "visit.h"

enum {
	LOG_LINE_SIZE = 1536
};

void visit_report(struct visit *visit)
{
	char line[LOG_LINE_SIZE];
	if (!visit->is_noted || visit->is_logged)
		return;
	struct mfa_event event =
		mfa_auth_event(visit->zone, &visit->facts.login, &visit->result);
	event.event = "verify";
	mfa_event_format(&event, line, sizeof line);
	syslog(LOG_AUTHPRIV | mfa_auth_priority(&visit->result), "%s", line);
	char note[MFA_NOTE_SIZE];
	for (unsigned i = 0; mfa_auth_note(&visit->result, i, note); i++)
		syslog(LOG_AUTHPRIV | LOG_WARNING, "%s", note);
	visit->is_logged = true;
}
