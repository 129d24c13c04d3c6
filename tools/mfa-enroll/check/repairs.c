/* SPDX-License-Identifier: BSD-2-Clause */
/* A repair must not trade a lockout for a way around: a control is not called sufficient,
 * and no zone is added that would decide for others as well. */
#include "check/repairs.h"

#include <stdio.h>
#include <string.h>

#include "check/nearest.h"
#include "mfa/arguments.h"

static const char *find_unknown_argument(const struct mfa_stack_line *line)
{
	for (size_t i = 0; i < line->arg_count; i++)
		if (!mfa_argument_is_known(line->args[i]))
			return line->args[i];
	return "";
}

static int print_replacing(const struct app *app, const char *right, const char *wrong,
			   char **ret_text)
{
	return asprintf(ret_text, TR(app, MFA_N_("write \"%s\" in place of \"%s\"")),
			right, wrong);
}

static int print_repair_of_module(const struct check *check, const char *module,
				  char **ret_text)
{
	size_t len = strlen(module);
	const struct mfa_strings *modules = &check->inspector.modules;
	const char *nearest = nearest_name((const char *const *)modules->items,
					   modules->count, module, 1);
	if (len <= 3 || strcmp(module + len - 3, ".so") != 0)
		return asprintf(ret_text, TR(check->app, MFA_N_("write %s.so")), module);
	if (nearest != NULL)
		return print_replacing(check->app, nearest, module, ret_text);
	return asprintf(ret_text,
			TR(check->app, MFA_N_("install %s, or correct its name")),
			module);
}

/* The brackets are shown as the line has them. */
static int print_repair_of_control(const struct app *app,
				   const struct mfa_stack_line *line, char **ret_text)
{
	MFA_CLEANUP(mfa_free_string) char *control = NULL;
	if (asprintf(&control, line->is_bracketed ? "[%s]" : "%s", line->control) < 0) {
		control = NULL;
		return -1;
	}
	return print_replacing(app, "required", control, ret_text);
}

static int print_repair_of_zone(const struct check *check,
				const struct mfa_inspection *inspection, char **ret_text)
{
	const struct mfa_stack_line *line = inspection->culprit;
	const struct mfa_config *config =
		mfa_inspection_config(&check->inspector, inspection, line);
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings zones = { 0 };
	for (size_t i = 0; config != NULL && i < config->zone_count; i++)
		if (mfa_strings_add(&zones, config->zones[i].name) != MFA_OK)
			return -1;
	MFA_CLEANUP(mfa_free_string) char *names = check_join_names(&zones);
	if (names == NULL)
		return -1;
	if (zones.count == 0)
		return asprintf(ret_text, "%s",
				TR(check->app, MFA_N_("take zone= out: the configuration "
						      "has no zones")));
	return asprintf(ret_text,
			TR(check->app, MFA_N_("there is no zone \"%s\" (zones: %s): "
					      "correct zone=, or take it out")),
			mfa_stack_line_value(line, "zone="), names);
}

/* The path without the folder that the host's files are in. */
static const char *skip_root(const struct check *check, const char *path)
{
	size_t len = strlen(check->root);
	return strncmp(path, check->root, len) == 0 ? path + len : path;
}

/* Reads it again, since what is wrong with it is in no inspection. */
static int print_repair_of_config(const struct check *check,
				  const struct mfa_stack_line *line, char **ret_text)
{
	const struct app *app = check->app;
	const char *named = mfa_stack_line_value(line, "conf=");
	struct mfa_diag diag = { .text = "" };
	MFA_CLEANUP(mfa_config_cleanup) struct mfa_config *config = NULL;
	MFA_CLEANUP(mfa_free_string) char *path = check_config_path(check);
	if (named != NULL) {
		mfa_free_string(&path);
		path = mfa_line_config_path(&check->inspector, line);
	}
	if (path == NULL)
		return -1;
	int err = mfa_config_load(path, &diag, &config);
	if (err == MFA_ERR_NOTFOUND && named != NULL)
		return asprintf(ret_text,
				TR(app, MFA_N_("%s does not exist: take conf= out, or "
					       "run mfa-enroll --conf %s init")),
				named, named);
	if (err == MFA_ERR_NOTFOUND)
		return asprintf(ret_text,
				TR(app, MFA_N_("%s does not exist: run mfa-enroll init")),
				skip_root(check, path));
	return asprintf(ret_text, TR(app, MFA_N_("correct the configuration: %s")),
			skip_root(check, diag.text));
}

/* The first word of a line that libpam cannot read, as far as it has been cut. */
static int print_repair_of_line(const struct app *app, const struct mfa_stack_line *line,
				char **ret_text)
{
	static const char *const phases[] = { "auth", "account", "session", "password" };
	const char *word = line->text + strspn(line->text, " \t");
	const char *phase = nearest_name(phases, MFA_COUNT(phases), word, 2);
	if (phase != NULL && strcmp(phase, word) != 0)
		return print_replacing(app, phase, word, ret_text);
	return asprintf(ret_text, "%s",
			TR(app, MFA_N_("correct that line: phase, control, module")));
}

static int print_repair(const struct check *check,
			const struct mfa_inspection *inspection, char **ret_text)
{
	const struct app *app = check->app;
	const struct mfa_stack_line *line = inspection->culprit;
	if (inspection->fault == MFA_ADVISORY_NO_FILE)
		return print_repair_of_module(check, line->module, ret_text);
	if (inspection->fault == MFA_ADVISORY_MISSPELT)
		return print_repair_of_control(app, line, ret_text);
	if (inspection->fault == MFA_ADVISORY_BAD_ARGUMENT)
		return asprintf(ret_text,
				TR(app, MFA_N_("take \"%s\" out: pam_mfa.so has conf=, "
					       "zone=, forward_pass, explain and debug")),
				find_unknown_argument(line));
	if (inspection->fault == MFA_ADVISORY_FORWARD_GATED)
		return asprintf(
			ret_text, "%s",
			TR(app, MFA_N_("ask for password and code one by one, "
				       "without forward_pass; or take the service "
				       "out of gate in mfa.conf, if no login "
				       "skips auth")));
	if (inspection->fault == MFA_ADVISORY_NO_ZONE)
		return print_repair_of_zone(check, inspection, ret_text);
	if (inspection->fault == MFA_ADVISORY_NO_CONFIG)
		return print_repair_of_config(check, line, ret_text);
	return print_repair_of_line(app, line, ret_text);
}

char *repair_text(const struct check *check, const struct mfa_inspection *inspection)
{
	char *text = NULL;
	return print_repair(check, inspection, &text) >= 0 ? text : NULL;
}
