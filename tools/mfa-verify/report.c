/* What came of a visit, in syslog. */
#include <syslog.h>

#include "visit.h"

enum {
	LOG_LINE_SIZE = 1536
};

static int priority_of(const struct mfa_auth_result *result)
{
	if (result->reason == MFA_REASON_GRACE)
		return LOG_WARNING;
	switch (result->verdict) {
	case MFA_ALLOW:
	case MFA_EXEMPT:
		return LOG_INFO;
	case MFA_DENY:
	case MFA_NO_DIALOG:
	case MFA_GIVEN_UP:
		return LOG_NOTICE;
	case MFA_UNAVAILABLE:
	case MFA_NO_MEMORY:
		return LOG_ERR;
	}
	return LOG_ERR;
}

void visit_report(const struct visit *visit)
{
	char line[LOG_LINE_SIZE];
	if (!visit->is_noted)
		return;
	struct mfa_event event =
		mfa_auth_event(visit->zone, &visit->facts, &visit->result);
	event.event = "verify";
	mfa_event_format(&event, line, sizeof line);
	syslog(LOG_AUTHPRIV | priority_of(&visit->result), "%s", line);
}
