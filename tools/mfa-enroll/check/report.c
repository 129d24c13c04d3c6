/* SPDX-License-Identifier: BSD-2-Clause */
/* The report for a person: the services by their results, then what is wrong and what
 * cures it, each way once, then the rest. */
#include "check/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/advisories.h"
#include "check/conclusion.h"
#include "check/cures.h"
#include "check/printer.h"
#include "check/same_way.h"

enum {
	GRADE_WIDTH = 24,
	PLACE_WIDTH = 30,
	MODULE_WIDTH = 17,
	ANSWER_WIDTH = 13,
	STEP_INDENT = 4
};

/* The good first: what is bad is near to what is said of it. */
static const enum mfa_grade order[] = {
	MFA_GRADE_NO_AUTH,     MFA_GRADE_PROVED,     MFA_GRADE_PROVED_BUT_ROOT,
	MFA_GRADE_NOT_COVERED, MFA_GRADE_LOCKED_OUT, MFA_GRADE_BYPASS,
	MFA_GRADE_ERROR,
};

static const char *grade_word(const struct app *app, enum mfa_grade grade,
			      enum colour *ret_colour)
{
	*ret_colour = RED;
	switch (grade) {
	case MFA_GRADE_PROVED:
		*ret_colour = GREEN;
		return TR(app, MFA_N_("PROVED"));
	case MFA_GRADE_PROVED_BUT_ROOT:
		*ret_colour = GREEN;
		return TR(app, MFA_N_("PROVED except for root"));
	case MFA_GRADE_NO_AUTH:
		*ret_colour = GREY;
		return TR(app, MFA_N_("no login"));
	case MFA_GRADE_NOT_COVERED:
		*ret_colour = YELLOW;
		return TR(app, MFA_N_("NOT COVERED"));
	case MFA_GRADE_LOCKED_OUT:
		return TR(app, MFA_N_("LOCKED OUT"));
	case MFA_GRADE_BYPASS:
		return TR(app, MFA_N_("BYPASS"));
	case MFA_GRADE_ERROR:
		break;
	}
	return TR(app, MFA_N_("ERROR"));
}

static const char *missing_words(const struct app *app,
				 const struct mfa_inspection *inspection)
{
	if (inspection->facility == MFA_FACILITY_ACCOUNT)
		return TR(app, MFA_N_("the gate is open: logins that skip auth are "
				      "let in"));
	if (inspection->proof.missing == (MFA_HAD_PASSWORD | MFA_HAD_CODE))
		return TR(app, MFA_N_("lets in without password and code"));
	if (inspection->proof.missing == MFA_HAD_PASSWORD)
		return TR(app, MFA_N_("lets in without a password"));
	return TR(app, MFA_N_("lets in without a code"));
}

/* The line of a walk that only root can take. */
static const struct mfa_stack_line *root_line(const struct mfa_inspection *inspection)
{
	const struct mfa_stack *stack =
		mfa_service_stack(&inspection->service, inspection->facility);
	const struct mfa_proof *proof = &inspection->proof;
	for (size_t i = 0; i < proof->step_count; i++) {
		const struct mfa_stack_line *line = &stack->lines[proof->steps[i].line];
		if (strcmp(mfa_stack_line_module(line), "pam_rootok.so") == 0)
			return line;
	}
	return NULL;
}

/* What is to be known of the result, in few words; "": nothing. */
static void write_remark(const struct app *app, const struct check_service *service,
			 char *ret_text, size_t size)
{
	const struct mfa_inspection *inspection = &service->inspection;
	const struct mfa_stack_line *line = root_line(inspection);
	ret_text[0] = '\0';
	if (inspection->grade == MFA_GRADE_PROVED && inspection->is_gated)
		(void)snprintf(ret_text, size, "%s", TR(app, MFA_N_("and the gate")));
	else if (inspection->grade == MFA_GRADE_PROVED_BUT_ROOT && line != NULL)
		(void)snprintf(ret_text, size, "%s:%u", line->file, line->number);
	else if (inspection->grade == MFA_GRADE_NOT_COVERED && inspection->zone != NULL)
		(void)snprintf(ret_text, size, TR(app, MFA_N_("zone %s: mfa = off")),
			       inspection->zone->name);
}

static void put_service(const struct printer *printer, struct printer_list *list,
			const struct check_service *service)
{
	char remark[512];
	MFA_CLEANUP(mfa_free_string) char *text = NULL;
	write_remark(printer->app, service, remark, sizeof remark);
	if (service->is_other && remark[0] == '\0')
		(void)snprintf(remark, sizeof remark, "%s",
			       TR(printer->app, MFA_N_("all without a file")));
	if (asprintf(&text, remark[0] != '\0' ? "%s (%s)" : "%s", service->name, remark) <
	    0)
		text = NULL;
	printer_put_item(list, text != NULL ? text : service->name);
}

/* One result, and the services that have it. */
static void print_result(const struct printer *printer, enum mfa_grade grade,
			 bool is_unused)
{
	const struct check *check = printer->check;
	struct printer_list list = { .indent = GRADE_WIDTH, .column = GRADE_WIDTH };
	enum colour colour = GREY;
	const char *word = is_unused ? TR(printer->app, MFA_N_("not used"))
				     : grade_word(printer->app, grade, &colour);
	for (size_t i = 0; i < check->service_count; i++) {
		const struct check_service *service = &check->services[i];
		if (service->is_unused != is_unused ||
		    (!is_unused && service->inspection.grade != grade))
			continue;
		if (!list.has_item)
			printer_put_cell(printer, colour, word, GRADE_WIDTH);
		put_service(printer, &list, service);
	}
	if (list.has_item)
		(void)putchar('\n');
}

/* What libpam does after an answer. */
static const char *action_words(const struct app *app, int action, char *buffer,
				size_t size)
{
	switch (action) {
	case MFA_DO_OK:
		return TR(app, MFA_N_("counts"));
	case MFA_DO_DONE:
		return TR(app, MFA_N_("counts, and ends it"));
	case MFA_DO_BAD:
		return TR(app, MFA_N_("fails"));
	case MFA_DO_DIE:
		return TR(app, MFA_N_("fails, and ends it"));
	case MFA_DO_RESET:
		return TR(app, MFA_N_("forgets what was before"));
	case MFA_DO_IGNORE:
		return TR(app, MFA_N_("is ignored"));
	default:
		(void)snprintf(buffer, size, TR(app, MFA_N_("jumps over %d")), action);
		return buffer;
	}
}

static void print_step(const struct printer *printer, const struct mfa_stack_line *line,
		       int code)
{
	char place[512];
	char buffer[128];
	int action = code < MFA_PAM_CODES ? line->actions[code] : MFA_DO_BAD;
	(void)snprintf(place, sizeof place, "%s:%u", line->file, line->number);
	(void)printf("%*s", STEP_INDENT, "");
	printer_put_cell(printer, PLAIN, place, PLACE_WIDTH);
	printer_put_cell(printer, PLAIN,
			 line->module != NULL ? mfa_stack_line_module(line) : "-",
			 MODULE_WIDTH);
	printer_put_cell(printer, PLAIN, mfa_pam_code_name(code), ANSWER_WIDTH);
	(void)puts(action_words(printer->app, action, buffer, sizeof buffer));
}

static void print_steps(const struct printer *printer,
			const struct mfa_inspection *inspection)
{
	const struct mfa_proof *proof = &inspection->proof;
	const struct mfa_stack *stack =
		mfa_service_stack(&inspection->service, inspection->facility);
	for (size_t i = 0; i < proof->step_count; i++)
		print_step(printer, &stack->lines[proof->steps[i].line],
			   proof->steps[i].code);
	(void)printf("%*s= %s\n", STEP_INDENT, "", mfa_pam_code_name(proof->result));
}

static void print_others(const struct printer *printer, size_t first, size_t count)
{
	const struct check *check = printer->check;
	if (count == 1)
		return;
	char words[256];
	(void)snprintf(
		words, sizeof words,
		check->services[first].inspection.grade == MFA_GRADE_LOCKED_OUT
			? TR(printer->app, MFA_N_("the same mistake: %zu services: "))
			: TR(printer->app, MFA_N_("the same way: %zu services: ")),
		count);
	struct printer_list list = { .indent = STEP_INDENT, .column = STEP_INDENT };
	(void)printf("%*s", STEP_INDENT, "");
	printer_put_cell(printer, GREY, words, 0);
	list.column += printer_width(words);
	for (size_t i = first; i < check->service_count; i++)
		if (same_way_first(check, i) == first)
			printer_put_item(&list, check->services[i].name);
	(void)putchar('\n');
}

static void print_fault(const struct printer *printer,
			const struct mfa_inspection *inspection)
{
	(void)printf("%*s", STEP_INDENT, "");
	printer_put_place(inspection->culprit->file, inspection->culprit->number);
	(void)puts(advisory_text(printer->app, inspection->fault));
}

static const char *trouble_words(const struct app *app,
				 const struct mfa_inspection *inspection)
{
	if (inspection->grade == MFA_GRADE_LOCKED_OUT)
		return TR(app, MFA_N_("lets nobody in"));
	return inspection->grade == MFA_GRADE_BYPASS ? missing_words(app, inspection)
						     : inspection->diag.text;
}

static void put_line(const char *text)
{
	printer_put_text(text);
	(void)putchar('\n');
}

/* What is wrong with a service, and with all that are like it. */
static void print_trouble(const struct printer *printer, size_t number)
{
	const struct check *check = printer->check;
	const struct check_service *service = &check->services[number];
	const struct mfa_inspection *inspection = &service->inspection;
	if (service->is_unused || inspection->grade < MFA_GRADE_LOCKED_OUT ||
	    same_way_first(check, number) != number)
		return;
	size_t count = same_way_count(check, number);
	(void)putchar('\n');
	printer_put_cell(printer, RED, service->name, 0);
	(void)fputs(": ", stdout);
	put_line(trouble_words(printer->app, inspection));
	print_others(printer, number, count);
	if (inspection->grade == MFA_GRADE_BYPASS)
		print_steps(printer, inspection);
	else if (inspection->grade == MFA_GRADE_LOCKED_OUT)
		print_fault(printer, inspection);
	MFA_CLEANUP(mfa_free_string) char *cure = cure_text(check, service, count > 1);
	if (cure == NULL)
		return;
	(void)printf("%*s%s", STEP_INDENT, "", TR(printer->app, MFA_N_("cure: ")));
	printer_put_text(cure);
	(void)puts(cure_leaves_ways(service)
			   ? TR(printer->app,
				MFA_N_("; then check again: another way is left"))
			   : "");
}

static void print_level(const struct printer *printer, enum check_level level)
{
	const struct app *app = printer->app;
	switch (level) {
	case CHECK_HOLE:
		printer_put_cell(printer, RED, TR(app, MFA_N_("HOLE")), 9);
		break;
	case CHECK_LOCKOUT:
		printer_put_cell(printer, RED, TR(app, MFA_N_("LOCKED OUT")), 9);
		break;
	case CHECK_WARNING:
		printer_put_cell(printer, YELLOW, TR(app, MFA_N_("warning")), 9);
		break;
	case CHECK_NOTE:
		printer_put_cell(printer, GREY, TR(app, MFA_N_("note")), 9);
		break;
	}
}

static bool is_same_note(const struct mfa_advisory *one, const struct mfa_advisory *other)
{
	if (one->kind != other->kind || one->zone != other->zone ||
	    (one->line == NULL) != (other->line == NULL))
		return false;
	return one->line == NULL || (one->line->number == other->line->number &&
				     strcmp(one->line->file, other->line->file) == 0);
}

static bool has_note(const struct check_service *service, const struct mfa_advisory *note,
		     size_t count)
{
	for (size_t i = 0; i < count && !service->is_unused; i++)
		if (is_same_note(&service->inspection.advisories[i], note))
			return true;
	return false;
}

/* The same may be said of many services: it is told once. */
static bool is_told_before(const struct check *check, size_t service, size_t note)
{
	const struct mfa_advisory *one =
		&check->services[service].inspection.advisories[note];
	for (size_t i = 0; i < service; i++)
		if (has_note(&check->services[i], one,
			     check->services[i].inspection.advisory_count))
			return true;
	return has_note(&check->services[service], one, note);
}

/* Whether it is what locks everybody out of the service, which is told above. */
static bool is_culprit(const struct check_service *service,
		       const struct mfa_advisory *note)
{
	const struct mfa_inspection *inspection = &service->inspection;
	return note->line != NULL && inspection->culprit == note->line &&
	       inspection->fault == note->kind;
}

/* A place says enough; of what has none, the services are named. */
static void print_note(const struct printer *printer, const struct mfa_advisory *note)
{
	const struct check *check = printer->check;
	struct printer_list list = { .indent = 9, .column = 9 };
	print_level(printer, advisory_level(note->kind));
	if (note->line != NULL)
		printer_put_place(note->line->file, note->line->number);
	for (size_t i = 0; note->line == NULL && i < check->service_count; i++)
		if (has_note(&check->services[i], note,
			     check->services[i].inspection.advisory_count))
			printer_put_item(&list, check->services[i].name);
	(void)printf("%s%s", list.has_item ? ": " : "",
		     advisory_text(printer->app, note->kind));
	(void)fputs(note->zone != NULL ? " " : "", stdout);
	put_line(note->zone != NULL ? note->zone->name : "");
}

/* A new line in a name is none here; one text has the lines of a drop-in. */
static void print_finding(const struct printer *printer, const struct finding *finding)
{
	MFA_CLEANUP(mfa_free_string) char *text = findings_write_short(finding);
	const char *ends = strcmp(finding->id, "authd-paths") == 0 ? "\n" : "";
	char *rest = text;
	print_level(printer, finding->level);
	printer_put_place(finding->file, finding->line);
	for (char *line = NULL; (line = strsep(&rest, ends)) != NULL;)
		put_line(line);
}

static void print_notes(const struct printer *printer, enum check_level level)
{
	const struct check *check = printer->check;
	for (size_t i = 0; i < check->findings.count; i++) {
		const struct finding *finding = &check->findings.items[i];
		if (finding->level == level)
			print_finding(printer, finding);
	}
	for (size_t i = 0; i < check->service_count; i++) {
		const struct check_service *service = &check->services[i];
		for (size_t j = 0; j < service->inspection.advisory_count; j++) {
			const struct mfa_advisory *note =
				&service->inspection.advisories[j];
			if (!service->is_unused && advisory_level(note->kind) == level &&
			    !is_culprit(service, note) && !is_told_before(check, i, j))
				print_note(printer, note);
		}
	}
}

void report_print(const struct check *check)
{
	const struct printer printer = printer_begin(check);
	printer_put_cell(&printer, GREY, TR(check->app, MFA_N_("RESULT")), GRADE_WIDTH);
	printer_put_cell(&printer, GREY, TR(check->app, MFA_N_("SERVICES")), 0);
	(void)putchar('\n');
	print_result(&printer, MFA_GRADE_NO_AUTH, true);
	for (size_t i = 0; i < MFA_COUNT(order); i++)
		print_result(&printer, order[i], false);
	for (size_t i = 0; i < check->service_count; i++)
		print_trouble(&printer, i);
	(void)putchar('\n');
	print_notes(&printer, CHECK_HOLE);
	print_notes(&printer, CHECK_LOCKOUT);
	print_notes(&printer, CHECK_WARNING);
	print_notes(&printer, CHECK_NOTE);
	MFA_CLEANUP(mfa_free_string) char *end = conclusion_text(check);
	if (end != NULL)
		printer_put_cell(&printer, check_is_passed(check) ? GREEN : RED, end, 0);
	(void)putchar('\n');
}
