/* SPDX-License-Identifier: BSD-2-Clause */
/* One login as the service has it: the steps of mfa-authd, as the lines in pam.d ask for
 * them. */
#include "fault_fixture.h"

#include <string.h>

#include <security/pam_appl.h>

#include "report.h"
#include "steps_fixture.h"
#include "verdict.h"

/* Without a verdict the module asks again elsewhere, and in the end refuses. */
static int code_of(const struct steps_heard *heard, bool is_account)
{
	if (!heard->has_verdict)
		return PAM_AUTHINFO_UNAVAIL;
	if (heard->verdict == MFA_EXEMPT)
		return fault_fixture_ignored;
	return heard->verdict == MFA_DENY && is_account ? PAM_PERM_DENIED
							: verdict_to_pam(heard->verdict);
}

void fault_fixture_take_steps(struct fault_fixture *fixture,
			      const struct entry_point *entry, const struct hooks *hooks)
{
	struct steps_fixture steps;
	struct steps_heard heard = { .has_verdict = false };
	const struct steps_login login = {
		.user = entry->user,
		.service = entry->service,
		.is_account = entry->is_account,
		.has_passed = entry->is_account && !entry->skips_auth,
		.passed_uid = "1",
		.wants_password = strcmp(entry->service, "forward") == 0,
		.may_explain = strcmp(entry->service, "explain") == 0,
		.is_debug = strcmp(entry->service, "explain") == 0,
		.reply = entry->is_account ? NULL : fixture->code,
	};
	if (steps_fixture_begin(fixture->config_path, &login, &steps) != MFA_OK)
		die("steps");
	hooks->begin(hooks->context);
	steps_fixture_run(&steps);
	hooks->end(hooks->context);
	steps_fixture_hear(steps.module, &heard);
	fixture->outcome->code = code_of(&heard, entry->is_account);
	fixture->outcome->has_session =
		steps.visit.session.ops != NULL || steps.desk.site.is_open;
	steps_fixture_end(&steps);
}
