/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void check_add(struct check *check, enum check_level level, const char *id,
	       struct check_place place, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	findings_add(&check->findings, level, id, place, format, args);
	va_end(args);
}

void check_add_once(struct check *check, enum check_level level, const char *id,
		    struct check_place place, const char *format, ...)
{
	va_list args;
	if (findings_have_at(&check->findings, id, place))
		return;
	va_start(args, format);
	findings_add(&check->findings, level, id, place, format, args);
	va_end(args);
}

void check_add_unknown(struct check *check, const char *name)
{
	if (!mfa_strings_have(&check->unknown, name) &&
	    mfa_strings_add(&check->unknown, name) != MFA_OK)
		check->findings.err = MFA_ERR_NOMEM;
}

char *check_join_names(const struct mfa_strings *names)
{
	size_t size = 1;
	for (size_t i = 0; i < names->count; i++)
		size += strlen(names->items[i]) + strlen(", ");
	char *text = calloc(1, size);
	if (text == NULL)
		return NULL;
	char *end = text;
	for (size_t i = 0; i < names->count; i++) {
		end = stpcpy(end, i > 0 ? ", " : "");
		end = stpcpy(end, names->items[i]);
	}
	return text;
}

char *check_config_path(const struct check *check)
{
	char *path = NULL;
	if (check->app->config_path != NULL)
		return strdup(check->app->config_path);
	return asprintf(&path, "%s%s", check->root, MFA_CONFIG_PATH) >= 0 ? path : NULL;
}

void check_service_done(struct check_service *service)
{
	free(service->name);
	free(service->autologin);
	mfa_inspection_done(&service->inspection);
}

void check_done(struct check *check)
{
	for (size_t i = 0; i < check->service_count; i++)
		check_service_done(&check->services[i]);
	free(check->services);
	free(check->root_path);
	findings_done(&check->findings);
	mfa_strings_done(&check->programs);
	mfa_strings_done(&check->unknown);
	mfa_inspector_done(&check->inspector);
}

const struct check_service *check_find_service(const struct check *check,
					       const char *name)
{
	for (size_t i = 0; i < check->service_count; i++)
		if (strcmp(check->services[i].name, name) == 0)
			return &check->services[i];
	return NULL;
}

struct check_verdict check_judge(const struct check *check, const char *name)
{
	MFA_CLEANUP(mfa_inspection_done) struct mfa_inspection own = { 0 };
	const struct check_service *service = check_find_service(check, name);
	const struct mfa_inspection *inspection = &own;
	if (service != NULL)
		inspection = &service->inspection;
	else if (mfa_inspect(&check->inspector, name, &own) != MFA_OK)
		return (struct check_verdict){ .grade = MFA_GRADE_ERROR };
	return (struct check_verdict){ .grade = inspection->grade,
				       .is_gate_closed = inspection->is_gate_closed };
}

bool check_is_gated(const struct check *check, const char *name)
{
	return check_judge(check, name).is_gate_closed;
}

bool check_is_left_out(const struct check *check, const char *name)
{
	return check_judge(check, name).grade == MFA_GRADE_NOT_COVERED;
}

bool check_wants(const struct check *check, const char *service)
{
	return check->only == NULL || strcmp(check->only, service) == 0;
}

static bool is_passed(const struct check_service *service)
{
	enum mfa_grade grade = service->inspection.grade;
	return service->is_unused ||
	       (grade != MFA_GRADE_LOCKED_OUT && grade != MFA_GRADE_BYPASS &&
		grade != MFA_GRADE_ERROR);
}

bool check_is_passed(const struct check *check)
{
	for (size_t i = 0; i < check->service_count; i++)
		if (!is_passed(&check->services[i]))
			return false;
	return check->service_count > 0 &&
	       !findings_have_level(&check->findings, CHECK_HOLE) &&
	       !findings_have_level(&check->findings, CHECK_LOCKOUT);
}
