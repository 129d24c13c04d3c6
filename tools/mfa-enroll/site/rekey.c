/* SPDX-License-Identifier: BSD-2-Clause */
/* mfa-enroll rekey */
#include "cli/commands.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "cli/change.h"
#include "cli/terminal.h"
#include "cli/watch.h"
#include "mfa/key.h"
#include "mfa/rekey.h"
#include "records/records.h"
#include "site/exposed.h"

enum {
	DRY_RUN,
	IN_MEMORY,
	TRAIL,
	BROKEN_TRAIL
};

static const struct option_spec options[] = {
	[DRY_RUN] = { "dry-run", NULL, MFA_N_("read every record, and change nothing") },
	[IN_MEMORY] = { "in-memory", NULL,
			MFA_N_("also where the next start empties (tmpfs)") },
	[TRAIL] = { "trail", NULL,
		    MFA_N_("also change the audit trail's half of the key") },
	[BROKEN_TRAIL] = { "broken-trail", NULL,
			   MFA_N_("with --trail: also where the trail does not verify") },
};

static int64_t now(void)
{
	return time(NULL);
}

static enum exit_code rekey_dry_run(struct app *app, const struct mfa_rekey_options *wish)
{
	struct mfa_diag diag = { .text = "" };
	struct mfa_rekey_report report = { 0 };
	struct mfa_audit_report trail = { 0 };
	int err = mfa_rekey_check(&app->site, wish->watch, &diag, &report);
	if (err == MFA_OK && wish->has_trail) {
		err = mfa_audit_inspect(app->site.audit, NULL, wish->watch, &diag,
					&trail);
		if (err == MFA_ERR_NOTFOUND) /* its first line would be the bridge */
			err = MFA_OK;
	}
	if (err == MFA_ERR_INTEGRITY && trail.first_bad > 0 && wish->takes_broken)
		app_complain("%s", diag.text);
	else if (err != MFA_OK)
		return app_fail(err, &diag);
	(void)printf(TR_N(app,
			  "Dry run: %zu record can be sealed anew. Nothing was changed.",
			  "Dry run: %zu records can be sealed anew. Nothing was changed.",
			  report.records),
		     report.records);
	(void)fputc('\n', stdout);
	return EXIT_DONE;
}

/* What of the trail is to be known elsewhere as well, where syslog takes it. */
static void format_rekey(const struct mfa_rekey_report *report, char *ret_text,
			 size_t size)
{
	char broken[64] = "";
	if (report->trail.first_bad + report->trail.broken > 0)
		(void)snprintf(broken, sizeof broken, ", broken before");
	if (report->has_trail && report->trail.lines == 0)
		(void)snprintf(ret_text, size, "%zu record%s; there was no trail, %s",
			       report->records, MFA_PLURAL(report->records),
			       report->hash);
	else if (report->has_trail)
		(void)snprintf(ret_text, size,
			       "%zu record%s; %zu line%s of the trail%s, %s",
			       report->records, MFA_PLURAL(report->records),
			       (size_t)report->trail.lines,
			       MFA_PLURAL(report->trail.lines), broken, report->hash);
	else
		(void)snprintf(ret_text, size, "%zu record%s", report->records,
			       MFA_PLURAL(report->records));
}

static void print_trail(const struct app *app, const struct mfa_rekey_report *report)
{
	if (!report->has_trail) {
		(void)puts(TR(app, MFA_N_("The audit trail is chained as before: the old "
					  "key can still write lines that verify. rekey "
					  "--trail ends that.")));
		return;
	}
	if (report->trail.lines == 0) {
		(void)puts(
			TR(app, MFA_N_("The audit trail has a new half of the key, and "
				       "begins with the bridge: there was no line "
				       "before.")));
		return;
	}
	size_t lines = (size_t)report->trail.lines;
	(void)printf(TR_N(app,
			  "The audit trail has a new half of the key: a bridge seals the "
			  "%zu line before. See: mfa-enroll verify",
			  "The audit trail has a new half of the key: a bridge seals the "
			  "%zu lines before. See: mfa-enroll verify",
			  lines),
		     lines);
	(void)fputc('\n', stdout);
}

/* One rekey and its line in the trail, under the key of then. */
static enum exit_code rekey_once(struct app *app, const struct mfa_rekey_options *wish,
				 struct mfa_rekey_report *report, bool *ret_is_done)
{
	struct mfa_diag diag = { .text = "" };
	int err = app_open_site(app, &diag);
	if (err == MFA_OK)
		err = mfa_rekey_run(&app->site, wish, &diag, report);
	app_warn(app, &diag);
	if (err == MFA_ERR_ABORT) {
		app_complain("%s",
			     TR(app, MFA_N_("stopped; both keys are good. Run it again "
					    "to go on")));
		return EXIT_REFUSED;
	}
	if (err != MFA_OK) {
		enum exit_code code = app_fail(err, &diag);
		if (err == MFA_ERR_INTEGRITY && wish->has_trail && !wish->takes_broken)
			app_complain(
				"%s",
				TR(app,
				   MFA_N_("if that is the trail: keep a copy, and find "
					  "out why (mfa-enroll verify). rekey --trail "
					  "--broken-trail seals it nevertheless")));
		return code;
	}
	*ret_is_done = true;
	char detail[192];
	format_rekey(report, detail, sizeof detail);
	struct change change = { "store.rekey", NULL, NULL, MFA_KIND_NONE, detail };
	(void)printf(
		TR_N(app,
		     "Sealed anew: %zu record. The old key opens nothing any more; copy "
		     "the new one: mfa-enroll key copy FILE",
		     "Sealed anew: %zu records. The old key opens nothing any more; "
		     "copy the new one: mfa-enroll key copy FILE",
		     report->records),
		report->records);
	(void)fputc('\n', stdout);
	return change_log(app, &change);
}

static enum exit_code rekey_site(struct app *app, const struct mfa_rekey_options *wish)
{
	struct mfa_rekey_report report = { 0 };
	bool is_done = false;
	enum exit_code code = rekey_once(app, wish, &report, &is_done);
	/* what an earlier run had begun without --trail is done; now with it */
	if (code == EXIT_DONE && wish->has_trail && !report.has_trail)
		code = rekey_once(app, wish, &report, &is_done);
	if (!is_done)
		return code;
	print_trail(app, &report);
	enum exit_code printed = exposed_print(app);
	return code != EXIT_DONE ? code : printed;
}

static enum exit_code check_place(struct app *app, const struct invocation *invocation)
{
	struct mfa_diag diag = { .text = "" };
	int err = invocation->values[IN_MEMORY] == NULL
			  ? mfa_key_check_durable(app->site.config->key, &diag)
			  : MFA_OK;
	return err == MFA_OK ? EXIT_DONE : app_fail(err, &diag);
}

/* Every host that has records has written lines. Without them a bridge seals nothing, and
 * looks as if there had been nothing to seal. */
static void warn_of_missing_trail(const struct app *app)
{
	const char *path = app->site.config->audit;
	if (access(path, F_OK) == 0 || errno != ENOENT ||
	    !records_exist(app->site.config))
		return;
	app_complain(TR(app, MFA_N_("%s: there are records, but no audit trail: it was "
				    "moved away or deleted. The bridge seals none of its "
				    "lines, and after this rekey no copy of it verifies "
				    "any more. Put it back first, or verify the copy "
				    "now: mfa-enroll verify FILE")),
		     path);
}

static enum exit_code rekey_run(struct app *app, const struct invocation *invocation)
{
	bool is_dry = invocation->values[DRY_RUN] != NULL;
	bool has_trail = invocation->values[TRAIL] != NULL;
	bool takes_broken = invocation->values[BROKEN_TRAIL] != NULL;
	if (takes_broken && !has_trail) {
		app_complain("%s", TR(app, MFA_N_("--broken-trail is for --trail only")));
		return EXIT_USAGE;
	}
	enum exit_code code = app_open(app);
	if (code == EXIT_DONE)
		code = check_place(app, invocation);
	if (code != EXIT_DONE)
		return code;
	if (has_trail)
		warn_of_missing_trail(app);
	const char *question =
		TR(app, MFA_N_("Make a new store key and seal every record "
			       "anew? [y/N]: "));
	if (!is_dry && !terminal_confirm(app, question))
		return app_cancel(app);
	MFA_CLEANUP(watch_end) struct watch signals = { 0 };
	watch_begin(&signals);
	const struct mfa_watch watch = { .step = watch_step, .context = &signals };
	const struct mfa_rekey_options wish = { &watch, now, app->actor, has_trail,
						takes_broken };
	return is_dry ? rekey_dry_run(app, &wish) : rekey_site(app, &wish);
}

const struct command command_rekey = {
	.name = "rekey",
	.arguments = "",
	.least = 0,
	.most = 0,
	.summary = MFA_N_("seal every record anew under a fresh store key"),
	.help = MFA_N_(
		"Logins go on meanwhile. It can be stopped at any time: both keys are\n"
		"good until it ends, and the next run goes on from there.\n"
		"\n"
		"It takes back nothing that somebody has read. With the old key and a copy\n"
		"of the store, as in a backup, that person has the secrets of all tokens:\n"
		"enrol everybody anew as well. At the end it says whom.\n"
		"Somebody with the old key can also write lines of the audit trail that verify,\n"
		"until --trail changes that half of the key. Rotated trails of before then\n"
		"verify no more: verify them first, and keep their hashes elsewhere."),
	.asks = true,
	COMMAND_OPTIONS(options),
	.run = rekey_run,
};
