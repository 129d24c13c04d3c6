/* SPDX-License-Identifier: BSD-2-Clause */
#include "report.h"

#include <syslog.h>

#include <security/pam_ext.h>

#include "mfa/audit.h"
#include "mfa/language.h"
#include "mfa/reason.h"
#include "mfa/verdict.h"

enum {
	LINE_SIZE = 1024
};

void report_failure(pam_handle_t *handle, const char *phase, int err,
		    const struct mfa_diag *diag)
{
	char line[LINE_SIZE];
	/* the name is not logged: nobody has said whose it is */
	const struct mfa_event event = {
		.event = phase,
		.result = mfa_verdict_name(mfa_verdict_from_err(err)),
		.reason = mfa_reason_name(MFA_REASON_FAILED),
		.user = "UNKNOWN",
		.detail = diag->text,
	};
	mfa_event_format(&event, line, sizeof line);
	pam_syslog(handle, LOG_ERR, "%s", line);
}

/* That the service had no place is no outage. */
void report_outage(const struct mfa_dialog *dialog, const char *tty, int err)
{
	struct mfa_language *language = mfa_language_open(MFA_LANGUAGE_AUTO, tty);
	mfa_reason_explain(dialog, language, "",
			   err == MFA_ERR_BUSY ? MFA_REASON_CROWDED : MFA_REASON_FAILED);
	mfa_language_close(&language);
}
