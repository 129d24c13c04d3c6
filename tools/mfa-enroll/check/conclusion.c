/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/conclusion.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/advisories.h"

static size_t count_proved(const struct check *check)
{
	size_t count = 0;
	for (size_t i = 0; i < check->service_count; i++) {
		enum mfa_grade grade = check->services[i].inspection.grade;
		if (!check->services[i].is_unused && mfa_grade_is_proved(grade))
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

static bool has_grade(const struct check *check, enum mfa_grade grade)
{
	for (size_t i = 0; i < check->service_count; i++)
		if (!check->services[i].is_unused &&
		    check->services[i].inspection.grade == grade)
			return true;
	return false;
}

static bool has_open_zone(const struct check *check)
{
	for (size_t i = 0; i < check->service_count; i++)
		for (size_t j = 0; j < check->services[i].inspection.advisory_count; j++)
			if (!check->services[i].is_unused &&
			    advisory_level(
				    check->services[i].inspection.advisories[j].kind) ==
				    CHECK_HOLE)
				return true;
	return false;
}

/* Names what the report shows, and no more. */
static char *unproved_text(const struct check *check)
{
	const struct app *app = check->app;
	const struct findings *findings = &check->findings;
	const struct {
		bool is_shown;
		const char *word;
	} words[] = {
		{ has_grade(check, MFA_GRADE_LOCKED_OUT) ||
			  findings_have_level(findings, CHECK_LOCKOUT),
		  TR(app, MFA_N_("LOCKED OUT")) },
		{ has_grade(check, MFA_GRADE_BYPASS), TR(app, MFA_N_("BYPASS")) },
		{ has_grade(check, MFA_GRADE_ERROR), TR(app, MFA_N_("ERROR")) },
		{ findings_have_level(findings, CHECK_HOLE) || has_open_zone(check),
		  TR(app, MFA_N_("HOLE")) },
	};
	char *text = NULL;
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings shown = { 0 };
	for (size_t i = 0; i < MFA_COUNT(words); i++)
		if (words[i].is_shown && mfa_strings_add(&shown, words[i].word) != MFA_OK)
			return NULL;
	MFA_CLEANUP(mfa_free_string) char *names = check_join_names(&shown);
	if (names == NULL ||
	    asprintf(&text, TR(app, MFA_N_("Not proved: see %s above.")), names) < 0)
		return NULL;
	return text;
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
	    asprintf(
		    &text,
		    TR(app,
		       MFA_N_("Not examined, judge yourself (mfa-enroll(8), CHECK): %s.")),
		    names) < 0)
		return NULL;
	return text;
}

char *conclusion_text(const struct check *check)
{
	char *text = NULL;
	MFA_CLEANUP(mfa_free_string)
	char *proved = check_is_passed(check) ? proved_text(check) : unproved_text(check);
	MFA_CLEANUP(mfa_free_string) char *unknown = unknown_text(check);
	if (proved == NULL || unknown == NULL ||
	    asprintf(&text, "%s%s%s", proved, unknown[0] != '\0' ? " " : "", unknown) < 0)
		return NULL;
	return text;
}
