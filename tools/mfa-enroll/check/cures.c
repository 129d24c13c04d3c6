/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/cures.h"

#include <stdio.h>
#include <string.h>

#include "check/additions.h"
#include "check/repairs.h"

enum {
	PLACE_SIZE = 512
};

/* "pam_unix.so (/etc/pam.d/login:7)" */
static void name_line(const struct mfa_stack_line *line, char ret_text[static PLACE_SIZE])
{
	ret_text[0] = '\0';
	if (line != NULL)
		(void)snprintf(ret_text, PLACE_SIZE, "%s (%s:%u)",
			       line->module != NULL ? mfa_stack_line_module(line) : "-",
			       line->file, line->number);
}

/* The line itself, or the one that includes its file. */
static void name_place(const struct check *check, const struct mfa_cure *cure,
		       char ret_text[static PLACE_SIZE])
{
	name_line(cure->other, ret_text);
	if (cure->before == NULL)
		return;
	MFA_CLEANUP(mfa_free_string)
	char *place = addition_place(check, cure->line->file, cure->before->file);
	if (place != NULL)
		(void)snprintf(ret_text, PLACE_SIZE, "%s", place);
}

static int print_cure(const struct check *check, const struct check_service *service,
		      bool several, char **ret_text)
{
	const struct app *app = check->app;
	const struct mfa_cure *cure = &service->cure;
	char line[PLACE_SIZE], other[PLACE_SIZE], place[PLACE_SIZE];
	if (service->autologin != NULL)
		return asprintf(ret_text, TR(app, MFA_N_("switch off %s")),
				service->autologin);
	name_line(cure->line, line);
	name_line(cure->other, other);
	name_place(check, cure, place);
	switch (cure->kind) {
	case MFA_CURE_REQUIRE:
		return asprintf(ret_text,
				TR(app, MFA_N_("what %s answers does not count: make "
					       "that line required")),
				line);
	case MFA_CURE_BE_STRICT:
		return asprintf(ret_text,
				TR(app, MFA_N_("give %s the control "
					       "[success=ok default=bad]")),
				line);
	case MFA_CURE_MOVE:
		return asprintf(ret_text,
				TR(app, MFA_N_("%s is never reached: put it before %s")),
				line, place);
	case MFA_CURE_REQUIRE_OTHER:
		return asprintf(ret_text,
				TR(app, MFA_N_("%s is never reached: make %s required")),
				line, other);
	case MFA_CURE_MOVE_OR_REQUIRE:
		return asprintf(
			ret_text,
			TR(app, MFA_N_("%s is never reached: put it before %s, or "
				       "make %s required")),
			line, place, other);
	case MFA_CURE_TAKE_OUT:
		return asprintf(ret_text,
				TR(app, MFA_N_("%s opens the way: take that line out")),
				line);
	case MFA_CURE_ADD_LAST:
	case MFA_CURE_ADD_FIRST:
		return addition_print(check, service, several, ret_text);
	case MFA_CURE_NAME:
		return asprintf(ret_text,
				TR(app, MFA_N_("if %s checks the password, name it in "
					       "password_modules of mfa.conf")),
				line);
	case MFA_CURE_NAME_STRICTLY:
		return asprintf(
			ret_text,
			TR(app, MFA_N_("if %s checks the password, name it in "
				       "password_modules of mfa.conf, and give it "
				       "[success=ok default=bad]")),
			line);
	case MFA_CURE_INSTALL:
		return asprintf(ret_text, TR(app, MFA_N_("install the module of %s")),
				line);
	case MFA_CURE_GATE:
		return asprintf(ret_text,
				TR(app, MFA_N_("name the service in gate of zone %s in "
					       "mfa.conf")),
				cure->zone->name);
	case MFA_CURE_NONE:
		break;
	}
	return asprintf(
		ret_text,
		TR(app, MFA_N_("no single change closes it: begin with a sample of "
			       "%s")),
		MFA_DOC_DIR "/examples/pam.d");
}

char *cure_text(const struct check *check, const struct check_service *service,
		bool several)
{
	char *text = NULL;
	int len = -1;
	if (service->is_unused)
		return NULL;
	if (service->inspection.grade == MFA_GRADE_BYPASS)
		len = print_cure(check, service, several, &text);
	else if (service->inspection.grade == MFA_GRADE_LOCKED_OUT)
		return repair_text(check, &service->inspection);
	else if (service->inspection.grade == MFA_GRADE_ERROR)
		len = asprintf(
			&text, "%s",
			TR(check->app, MFA_N_("correct the file there, or remove it "
					      "if no program asks for the "
					      "service")));
	return len >= 0 ? text : NULL;
}

const char *cure_id(const struct check_service *service)
{
	if (service->inspection.grade != MFA_GRADE_BYPASS)
		return "repair";
	return service->autologin != NULL ? "switch-off"
					  : mfa_cure_name(service->cure.kind);
}

bool cure_leaves_ways(const struct check_service *service)
{
	return service->inspection.grade == MFA_GRADE_BYPASS &&
	       service->autologin == NULL && service->cure.kind != MFA_CURE_NONE &&
	       service->cure.kind != MFA_CURE_GATE &&
	       service->cure.kind != MFA_CURE_INSTALL && !service->cure.is_whole;
}
