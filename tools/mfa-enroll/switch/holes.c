/* SPDX-License-Identifier: BSD-2-Clause */
#include "switch/holes.h"

#include <string.h>

#include "check/parts.h"

static bool is_of_sshd(const struct finding *finding)
{
	return strncmp(finding->id, "sshd-", strlen("sshd-")) == 0;
}

static void warn_of_hole(const struct app *app, const struct finding *finding)
{
	MFA_CLEANUP(mfa_free_string) char *text = findings_write_short(finding);
	if (text == NULL)
		return;
	if (finding->file != NULL && finding->line != 0)
		app_complain(TR(app, MFA_N_("warning: a hole that stays: %s:%u: %s")),
			     finding->file, finding->line, text);
	else if (finding->file != NULL)
		app_complain(TR(app, MFA_N_("warning: a hole that stays: %s: %s")),
			     finding->file, text);
	else
		app_complain(TR(app, MFA_N_("warning: a hole that stays: %s")), text);
}

void holes_warn(struct check *check)
{
	size_t first = check->findings.count;
	check_programs(check);
	check_empty_passwords(check);
	check_later(check);
	for (size_t i = first; i < check->findings.count; i++) {
		const struct finding *finding = &check->findings.items[i];
		if (finding->level == CHECK_HOLE && !is_of_sshd(finding))
			warn_of_hole(check->app, finding);
	}
}
