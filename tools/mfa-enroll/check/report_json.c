/* SPDX-License-Identifier: BSD-2-Clause */
/* The report for programs. Words in it are stable; texts are for people. */
#include "check/report.h"

#include <stdio.h>

#include "check/advisories.h"
#include "check/cures.h"
#include "check/same_way.h"
#include "mfa/json.h"

static const char *const levels[] = {
	[CHECK_NOTE] = "note",
	[CHECK_WARNING] = "warning",
	[CHECK_LOCKOUT] = "locked-out",
	[CHECK_HOLE] = "hole",
};

static const char *phase_name(enum mfa_facility facility)
{
	static const char *const names[MFA_FACILITIES] = { "auth", "account", "session",
							   "password" };
	return names[facility];
}

static void put_bool(struct mfa_json *json, const char *key, bool value)
{
	mfa_json_key(json, key);
	mfa_json_bool(json, value);
}

static void put_place(struct mfa_json *json, const char *file, unsigned line)
{
	mfa_json_field(json, "file", file);
	mfa_json_key(json, "line");
	if (file != NULL && line > 0)
		mfa_json_number(json, line);
	else
		mfa_json_null(json);
}

static const char *action_name(int action)
{
	static const char *const names[] = {
		"ignore", "ok", "done", "bad", "die", "reset"
	};
	return action <= 0 && -action < (int)MFA_COUNT(names) ? names[-action] : "jump";
}

static void put_step(struct mfa_json *json, const struct mfa_stack_line *line, int code)
{
	int action = code < MFA_PAM_CODES ? line->actions[code] : MFA_DO_BAD;
	mfa_json_open(json, '{');
	put_place(json, line->file, line->number);
	mfa_json_field(json, "module", line->module);
	mfa_json_field(json, "answer", mfa_pam_code_name(code));
	mfa_json_field(json, "action", action_name(action));
	if (action > 0)
		mfa_json_count(json, "jump", action);
	mfa_json_close(json, '}');
}

static void put_way(struct mfa_json *json, const struct mfa_inspection *inspection)
{
	const struct mfa_proof *proof = &inspection->proof;
	const struct mfa_stack *stack =
		mfa_service_stack(&inspection->service, inspection->facility);
	mfa_json_key(json, "missing");
	mfa_json_open(json, '[');
	if ((proof->missing & MFA_HAD_PASSWORD) != 0)
		mfa_json_string(json, "password");
	if ((proof->missing & MFA_HAD_CODE) != 0)
		mfa_json_string(json, "code");
	mfa_json_close(json, ']');
	mfa_json_field(json, "phase", phase_name(inspection->facility));
	mfa_json_field(json, "ends", mfa_pam_code_name(proof->result));
	mfa_json_key(json, "path");
	mfa_json_open(json, '[');
	for (size_t i = 0; i < proof->step_count; i++)
		put_step(json, &stack->lines[proof->steps[i].line], proof->steps[i].code);
	mfa_json_close(json, ']');
}

static void put_note(const struct check *check, struct mfa_json *json,
		     const struct mfa_advisory *note)
{
	mfa_json_open(json, '{');
	mfa_json_field(json, "id", mfa_advisory_name(note->kind));
	mfa_json_field(json, "level", levels[advisory_level(note->kind)]);
	put_place(json, note->line != NULL ? note->line->file : NULL,
		  note->line != NULL ? note->line->number : 0);
	if (note->zone != NULL)
		mfa_json_field(json, "zone", note->zone->name);
	mfa_json_field(json, "text", advisory_text(check->app, note->kind));
	mfa_json_close(json, '}');
}

/* What is the matter with it, in the same way as with others, and the cure. */
static void put_trouble(const struct check *check, struct mfa_json *json, size_t number)
{
	const struct check_service *service = &check->services[number];
	const struct mfa_inspection *inspection = &service->inspection;
	MFA_CLEANUP(mfa_free_string) char *text = cure_text(check, service, false);
	if (text == NULL)
		return;
	bool is_bypass = inspection->grade == MFA_GRADE_BYPASS;
	mfa_json_field(json, "same_as",
		       check->services[same_way_first(check, number)].name);
	mfa_json_key(json, "cure");
	mfa_json_open(json, '{');
	mfa_json_field(json, "id", cure_id(service));
	if (is_bypass)
		put_bool(json, "whole",
			 service->autologin != NULL || service->cure.is_whole);
	mfa_json_field(json, "text", text);
	mfa_json_close(json, '}');
}

static void put_service(const struct check *check, struct mfa_json *json, size_t number)
{
	const struct check_service *service = &check->services[number];
	const struct mfa_inspection *inspection = &service->inspection;
	mfa_json_open(json, '{');
	mfa_json_field(json, "service", service->name);
	mfa_json_field(json, "result",
		       service->is_unused ? "not-used"
					  : mfa_grade_name(inspection->grade));
	put_bool(json, "gate", inspection->is_gated);
	mfa_json_count(json, "states", (int64_t)inspection->states);
	if (inspection->zone != NULL)
		mfa_json_field(json, "zone", inspection->zone->name);
	if (inspection->grade == MFA_GRADE_ERROR)
		mfa_json_field(json, "error", inspection->diag.text);
	if (inspection->culprit != NULL) {
		mfa_json_key(json, "cause");
		mfa_json_open(json, '{');
		mfa_json_field(json, "id", mfa_advisory_name(inspection->fault));
		put_place(json, inspection->culprit->file, inspection->culprit->number);
		mfa_json_field(json, "phase", phase_name(inspection->facility));
		mfa_json_close(json, '}');
	}
	if (inspection->proof.step_count > 0)
		put_way(json, inspection);
	put_trouble(check, json, number);
	mfa_json_key(json, "notes");
	mfa_json_open(json, '[');
	for (size_t i = 0; i < inspection->advisory_count; i++)
		put_note(check, json, &inspection->advisories[i]);
	mfa_json_close(json, ']');
	mfa_json_close(json, '}');
}

static void put_names(struct mfa_json *json, const char *key,
		      const struct mfa_strings *names)
{
	mfa_json_key(json, key);
	mfa_json_open(json, '[');
	for (size_t i = 0; i < names->count; i++)
		mfa_json_string(json, names->items[i]);
	mfa_json_close(json, ']');
}

int report_print_json(const struct check *check)
{
	MFA_CLEANUP(mfa_json_done) struct mfa_json json = MFA_JSON_INIT;
	mfa_json_open(&json, '{');
	put_bool(&json, "proved", check_is_passed(check));
	mfa_json_key(&json, "services");
	mfa_json_open(&json, '[');
	for (size_t i = 0; i < check->service_count; i++)
		put_service(check, &json, i);
	mfa_json_close(&json, ']');
	mfa_json_key(&json, "findings");
	mfa_json_open(&json, '[');
	for (size_t i = 0; i < check->findings.count; i++) {
		const struct finding *finding = &check->findings.items[i];
		mfa_json_open(&json, '{');
		mfa_json_field(&json, "id", finding->id);
		mfa_json_field(&json, "level", levels[finding->level]);
		put_place(&json, finding->file, finding->line);
		MFA_CLEANUP(mfa_free_string) char *text = findings_write_whole(finding);
		mfa_json_field(&json, "text", text);
		mfa_json_close(&json, '}');
	}
	mfa_json_close(&json, ']');
	put_names(&json, "programs", &check->programs);
	put_names(&json, "unknown", &check->unknown);
	mfa_json_close(&json, '}');
	if (json.err == MFA_OK)
		(void)puts(json.text);
	return json.err;
}
