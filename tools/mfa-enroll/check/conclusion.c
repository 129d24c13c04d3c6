/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/conclusion.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t count_proved(const struct check *check)
{
	size_t count = 0;
	for (size_t i = 0; i < check->service_count; i++) {
		enum mfa_grade grade = check->services[i].inspection.grade;
		if (!check->services[i].is_unused &&
		    (grade == MFA_GRADE_PROVED || grade == MFA_GRADE_PROVED_BUT_ROOT))
			count++;
	}
	return count;
}

static char *proved_text(const struct check *check)
{
	const struct app *app = check->app;
	char *text = NULL;
	MFA_CLEANUP(mfa_free_string) char *programs = check_join_names(&check->programs);
	if (programs == NULL)
		return NULL;
	int len = programs[0] != '\0'
			  ? asprintf(&text,
				     TR(app,
					MFA_N_("Proved (services: %zu; switches of %s): "
					       "nobody gets around password and code.")),
				     count_proved(check), programs)
			  : asprintf(&text,
				     TR(app, MFA_N_("Proved (services: %zu): nobody gets "
						    "around password and code.")),
				     count_proved(check));
	return len >= 0 ? text : NULL;
}

static char *unknown_text(const struct check *check)
{
	const struct app *app = check->app;
	if (check->pam_folder != NULL)
		return strdup(TR(app, MFA_N_("Nothing is known of the programs that use "
					     "them.")));
	if (check->unknown.count == 0)
		return strdup("");
	char *text = NULL;
	MFA_CLEANUP(mfa_free_string) char *names = check_join_names(&check->unknown);
	if (names == NULL ||
	    asprintf(&text, TR(app, MFA_N_("Nothing is known of: %s.")), names) < 0)
		return NULL;
	return text;
}

char *conclusion_text(const struct check *check)
{
	char *text = NULL;
	MFA_CLEANUP(mfa_free_string)
	char *proved = check_is_passed(check)
			       ? proved_text(check)
			       : strdup(TR(check->app,
					   MFA_N_("Not proved: see BYPASS, LOCKED OUT, "
						  "ERROR and HOLE above.")));
	MFA_CLEANUP(mfa_free_string) char *unknown = unknown_text(check);
	if (proved == NULL || unknown == NULL ||
	    asprintf(&text, "%s%s%s", proved, unknown[0] != '\0' ? " " : "", unknown) < 0)
		return NULL;
	return text;
}
