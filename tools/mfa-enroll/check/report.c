/* SPDX-License-Identifier: BSD-2-Clause */
/* The report for a person: a table, then the ways around, then the rest. */
#include "check/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include "check/advisories.h"

enum {
	NAME_WIDTH = 20,
	GRADE_WIDTH = 22,
	PLACE_WIDTH = 34,
	MODULE_WIDTH = 20,
	ANSWER_WIDTH = 18
};

enum colour {
	PLAIN = 0,
	RED = 31,
	GREEN = 32,
	YELLOW = 33,
	GREY = 90
};

struct printer {
	const struct check *check;
	const struct app *app;
	bool has_colour;
};

static bool wants_colour(void)
{
	const char *none = getenv("NO_COLOR");
	const char *terminal = getenv("TERM");
	return isatty(STDOUT_FILENO) == 1 && (none == NULL || none[0] == '\0') &&
	       terminal != NULL && strcmp(terminal, "dumb") != 0;
}

/* Japanese letters are two columns wide. */
static int width_of(const char *text)
{
	wchar_t wide[256];
	size_t len = mbstowcs(wide, text, MFA_COUNT(wide));
	int width = len < MFA_COUNT(wide) ? wcswidth(wide, len) : -1;
	return width >= 0 ? width : (int)strlen(text);
}

static void put_cell(const struct printer *printer, enum colour colour, const char *text,
		     int width)
{
	int rest = width - width_of(text);
	if (printer->has_colour && colour != PLAIN)
		(void)printf("\033[%dm%s\033[0m", (int)colour, text);
	else
		(void)fputs(text, stdout);
	(void)printf("%*s", rest > 0 ? rest : (width > 0 ? 1 : 0), "");
}

static const char *grade_word(const struct printer *printer,
			      const struct check_service *service,
			      enum colour *ret_colour)
{
	const struct app *app = printer->app;
	*ret_colour = GREY;
	if (service->is_unused)
		return TR(app, MFA_N_("not used"));
	switch (service->inspection.grade) {
	case MFA_GRADE_PROVED:
		*ret_colour = GREEN;
		return TR(app, MFA_N_("PROVED"));
	case MFA_GRADE_PROVED_BUT_ROOT:
		*ret_colour = GREEN;
		return TR(app, MFA_N_("PROVED except for root"));
	case MFA_GRADE_NO_AUTH:
		return TR(app, MFA_N_("no login"));
	case MFA_GRADE_NOT_COVERED:
		*ret_colour = YELLOW;
		return TR(app, MFA_N_("NOT COVERED"));
	case MFA_GRADE_LOCKED_OUT:
		*ret_colour = RED;
		return TR(app, MFA_N_("LOCKED OUT"));
	case MFA_GRADE_BYPASS:
		*ret_colour = RED;
		return TR(app, MFA_N_("BYPASS"));
	case MFA_GRADE_ERROR:
		break;
	}
	*ret_colour = RED;
	return TR(app, MFA_N_("ERROR"));
}

static const char *missing_words(const struct printer *printer,
				 const struct mfa_inspection *inspection)
{
	const struct app *app = printer->app;
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

static void print_place(const char *file, unsigned line)
{
	if (file != NULL && line > 0)
		(void)printf("%s:%u: ", file, line);
	else if (file != NULL)
		(void)printf("%s: ", file);
}

static void print_reason(const struct printer *printer,
			 const struct check_service *service)
{
	const struct mfa_inspection *inspection = &service->inspection;
	const struct mfa_stack_line *line = NULL;
	switch (inspection->grade) {
	case MFA_GRADE_PROVED:
		if (inspection->is_gated)
			(void)fputs(TR(printer->app, MFA_N_("and the gate")), stdout);
		break;
	case MFA_GRADE_PROVED_BUT_ROOT:
		line = root_line(inspection);
		if (line != NULL)
			(void)printf("%s (%s:%u)", mfa_stack_line_module(line),
				     line->file, line->number);
		break;
	case MFA_GRADE_NO_AUTH:
		(void)fputs(TR(printer->app, MFA_N_("its program asks nobody")), stdout);
		break;
	case MFA_GRADE_NOT_COVERED:
		(void)printf(TR(printer->app, MFA_N_("zone %s: mfa = off")),
			     inspection->zone != NULL ? inspection->zone->name : "?");
		break;
	case MFA_GRADE_LOCKED_OUT:
		print_place(inspection->culprit->file, inspection->culprit->number);
		(void)fputs(advisory_text(printer->app, inspection->fault), stdout);
		break;
	case MFA_GRADE_BYPASS:
		(void)fputs(missing_words(printer, inspection), stdout);
		break;
	case MFA_GRADE_ERROR:
		(void)fputs(inspection->diag.text, stdout);
		break;
	}
}

static void print_service(const struct printer *printer,
			  const struct check_service *service)
{
	enum colour colour = PLAIN;
	const char *word = grade_word(printer, service, &colour);
	put_cell(printer, PLAIN, service->name, NAME_WIDTH);
	put_cell(printer, colour, word, GRADE_WIDTH + 1);
	if (service->is_other)
		(void)printf("%s ", TR(printer->app, MFA_N_("[all without a file]")));
	if (!service->is_unused)
		print_reason(printer, service);
	(void)putchar('\n');
}

/* What libpam does after an answer. */
static const char *action_words(const struct printer *printer, int action, char *buffer,
				size_t size)
{
	const struct app *app = printer->app;
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
	(void)fputs("    ", stdout);
	put_cell(printer, PLAIN, place, PLACE_WIDTH);
	put_cell(printer, PLAIN, line->module != NULL ? mfa_stack_line_module(line) : "-",
		 MODULE_WIDTH);
	put_cell(printer, PLAIN, mfa_pam_code_name(code), ANSWER_WIDTH);
	(void)puts(action_words(printer, action, buffer, sizeof buffer));
}

static void print_way(const struct printer *printer, const struct check_service *service)
{
	const struct mfa_inspection *inspection = &service->inspection;
	const struct mfa_stack *stack =
		mfa_service_stack(&inspection->service, inspection->facility);
	const struct mfa_proof *proof = &inspection->proof;
	if (inspection->grade != MFA_GRADE_BYPASS || service->is_unused)
		return;
	(void)putchar('\n');
	put_cell(printer, RED, service->name, 0);
	(void)printf(": %s\n", missing_words(printer, inspection));
	for (size_t i = 0; i < proof->step_count; i++)
		print_step(printer, &stack->lines[proof->steps[i].line],
			   proof->steps[i].code);
	(void)printf("    = %s\n", mfa_pam_code_name(proof->result));
}

static void print_level(const struct printer *printer, enum check_level level)
{
	const struct app *app = printer->app;
	switch (level) {
	case CHECK_HOLE:
		put_cell(printer, RED, TR(app, MFA_N_("HOLE")), 9);
		break;
	case CHECK_WARNING:
		put_cell(printer, YELLOW, TR(app, MFA_N_("warning")), 9);
		break;
	case CHECK_NOTE:
		put_cell(printer, GREY, TR(app, MFA_N_("note")), 9);
		break;
	}
}

/* The same line may be in many services: it is told once. */
static bool is_told_before(const struct check *check, size_t service, size_t note)
{
	const struct mfa_advisory *one =
		&check->services[service].inspection.advisories[note];
	if (one->line == NULL)
		return false;
	for (size_t i = 0; i <= service; i++) {
		const struct mfa_inspection *inspection = &check->services[i].inspection;
		size_t count = i == service ? note : inspection->advisory_count;
		for (size_t j = 0; j < count && !check->services[i].is_unused; j++) {
			const struct mfa_advisory *other = &inspection->advisories[j];
			if (other->kind == one->kind && other->line != NULL &&
			    other->line->number == one->line->number &&
			    strcmp(other->line->file, one->line->file) == 0)
				return true;
		}
	}
	return false;
}

static void print_note(const struct printer *printer, const struct check_service *service,
		       const struct mfa_advisory *note)
{
	print_level(printer, advisory_level(note->kind));
	(void)printf("%s: ", service->name);
	if (note->line != NULL)
		print_place(note->line->file, note->line->number);
	(void)fputs(advisory_text(printer->app, note->kind), stdout);
	if (note->zone != NULL)
		(void)printf(" %s", note->zone->name);
	(void)putchar('\n');
}

static void print_notes(const struct printer *printer, enum check_level level)
{
	const struct check *check = printer->check;
	for (size_t i = 0; i < check->findings.count; i++) {
		const struct finding *finding = &check->findings.items[i];
		if (finding->level != level)
			continue;
		print_level(printer, level);
		print_place(finding->file, finding->line);
		(void)puts(finding->text);
	}
	for (size_t i = 0; i < check->service_count; i++) {
		const struct check_service *service = &check->services[i];
		for (size_t j = 0; j < service->inspection.advisory_count; j++) {
			const struct mfa_advisory *note =
				&service->inspection.advisories[j];
			if (!service->is_unused && advisory_level(note->kind) == level &&
			    !is_told_before(check, i, j))
				print_note(printer, service, note);
		}
	}
}

void report_print(const struct check *check)
{
	const struct printer printer = { check, check->app, wants_colour() };
	put_cell(&printer, GREY, TR(check->app, MFA_N_("SERVICE")), NAME_WIDTH);
	put_cell(&printer, GREY, TR(check->app, MFA_N_("RESULT")), 0);
	(void)putchar('\n');
	for (size_t i = 0; i < check->service_count; i++)
		print_service(&printer, &check->services[i]);
	for (size_t i = 0; i < check->service_count; i++)
		print_way(&printer, &check->services[i]);
	(void)putchar('\n');
	print_notes(&printer, CHECK_HOLE);
	print_notes(&printer, CHECK_WARNING);
	print_notes(&printer, CHECK_NOTE);
	if (check_is_passed(check))
		put_cell(&printer, GREEN,
			 TR(check->app,
			    MFA_N_("Proved: nobody gets around password and code.")),
			 0);
	else
		put_cell(&printer, RED,
			 TR(check->app,
			    MFA_N_("Not proved: see BYPASS, LOCKED OUT, ERROR and "
				   "HOLE above.")),
			 0);
	(void)putchar('\n');
}
