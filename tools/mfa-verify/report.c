/* What came of a visit, in syslog. */
#include <syslog.h>

#include "visit.h"

enum {
	LOG_LINE_SIZE = 1536
};

void visit_report(const struct visit *visit)
{
	char line[LOG_LINE_SIZE];
	if (!visit->is_noted)
		return;
	struct mfa_event event =
		mfa_auth_event(visit->zone, &visit->facts, &visit->result);
	event.event = "verify";
	mfa_event_format(&event, line, sizeof line);
	syslog(LOG_AUTHPRIV | mfa_auth_priority(&visit->result), "%s", line);
}
