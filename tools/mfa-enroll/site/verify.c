/* SPDX-License-Identifier: BSD-2-Clause */
/* mfa-enroll verify [FILE] */
#include "cli/commands.h"

#include <stdio.h>

#include "cli/progress.h"
#include "mfa/json.h"

static bool draw_progress(void *context, size_t done, size_t total)
{
	progress_draw(context, done, total);
	return true;
}

static const char *time_or_dash(const char *time)
{
	return time[0] != '\0' ? time : "-";
}

static void print_report(const struct app *app, const char *file,
			 const struct mfa_audit_report *report)
{
	size_t lines = (size_t)report->lines;
	(void)printf(TR_N(app, "%s: verified, %zu line, %s to %s.",
			  "%s: verified, %zu lines, %s to %s.", lines),
		     file, lines, time_or_dash(report->first),
		     time_or_dash(report->last));
	(void)fputc('\n', stdout);
	if (report->bridge == 0)
		return;
	(void)printf(
		TR(app, MFA_N_("The bridge in line %zu (%s) seals the lines before it: "
			       "they are as they were then.")),
		(size_t)report->bridge, report->bridged);
	(void)fputc('\n', stdout);
	if (report->broken == 0)
		return;
	(void)printf(
		TR(app, MFA_N_("But they did not verify then: the first bad line was "
			       "%zu.")),
		(size_t)report->broken);
	(void)fputc('\n', stdout);
}

/* 0: null */
static void put_line(struct mfa_json *json, const char *key, uint64_t line)
{
	mfa_json_key(json, key);
	if (line > 0)
		mfa_json_number(json, (int64_t)line);
	else
		mfa_json_null(json);
}

static void put_time(struct mfa_json *json, const char *key, const char *time)
{
	mfa_json_field(json, key, time[0] != '\0' ? time : NULL);
}

static int print_report_json(const char *file, const struct mfa_audit_report *report)
{
	MFA_CLEANUP(mfa_json_done) struct mfa_json json = MFA_JSON_INIT;
	mfa_json_open(&json, '{');
	mfa_json_field(&json, "file", file);
	mfa_json_key(&json, "verified");
	mfa_json_bool(&json, report->first_bad == 0);
	mfa_json_count(&json, "lines", (int64_t)report->lines);
	put_time(&json, "first", report->first);
	put_time(&json, "last", report->last);
	put_line(&json, "first_bad", report->first_bad);
	put_line(&json, "bridge", report->bridge);
	put_time(&json, "bridge_time", report->bridged);
	put_line(&json, "broken", report->broken);
	mfa_json_close(&json, '}');
	if (json.err == MFA_OK)
		(void)puts(json.text);
	return json.err;
}

static enum exit_code complain_of_break(const struct app *app, const char *file,
					const struct mfa_audit_report *report)
{
	app_complain(report->is_altered
			     ? TR(app, MFA_N_("%s:%zu: the lines before are not those "
					      "that this bridge seals. Report it at "
					      "once"))
			     : TR(app, MFA_N_("%s:%zu: the chain is broken here. Report "
					      "it at once")),
		     file, (size_t)report->first_bad);
	if (report->first_bad == 1 && !report->is_altered)
		app_complain("%s",
			     TR(app, MFA_N_("its first line is not of this key: a trail "
					    "of another host, or one that was rotated "
					    "away before rekey --trail?")));
	return EXIT_INTEGRITY;
}

static enum exit_code verify_run(struct app *app, const struct invocation *invocation)
{
	const char *path = invocation->arguments[0];
	struct mfa_diag diag = { .text = "" };
	struct mfa_audit_report report = { 0 };
	enum exit_code code = app_open(app);
	if (code != EXIT_DONE)
		return code;
	const char *file = path != NULL ? path : app->site.config->audit;
	struct progress bar = progress_begin();
	const struct mfa_watch watch = { draw_progress, &bar };
	int err = mfa_audit_inspect(app->site.audit, path, &watch, &diag, &report);
	progress_end(&bar);
	app_warn(app, &diag);
	/* as at the end of a pipe whose command has failed */
	if (err == MFA_OK && report.lines == 0 && path != NULL) {
		app_complain(TR(app, MFA_N_("%s: there is no line in it, so nothing is "
					    "verified")),
			     file);
		return EXIT_INTEGRITY;
	}
	int printed = MFA_OK;
	bool is_read = err == MFA_OK || err == MFA_ERR_INTEGRITY;
	if (is_read && app->wants_json)
		printed = print_report_json(file, &report);
	else if (err == MFA_OK)
		print_report(app, file, &report);
	if (err == MFA_ERR_INTEGRITY)
		return complain_of_break(app, file, &report);
	if (err == MFA_OK)
		err = printed;
	return err == MFA_OK ? EXIT_DONE : app_fail(err, &diag);
}

const struct command command_verify = {
	.name = "verify",
	.arguments = "[FILE]",
	.least = 0,
	.most = 1,
	.summary = MFA_N_("verify the audit trail"),
	.help = MFA_N_(
		"FILE: another copy of it, as a rotated one. Lines that are missing "
		"at the end\nare not found: compare with syslog on another machine."),
	.has_json = true,
	.run = verify_run,
};
