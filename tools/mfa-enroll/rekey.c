/* mfa-enroll rekey */
#include "commands.h"

#include <stdio.h>

#include "act.h"
#include "mfa/key.h"
#include "mfa/rekey.h"
#include "terminal.h"
#include "watch.h"

enum {
	DRY_RUN,
	IN_MEMORY
};

static const struct option_spec options[] = {
	[DRY_RUN] = { "dry-run", NULL, MFA_N_("read every record, and change nothing") },
	[IN_MEMORY] = { "in-memory", NULL,
			MFA_N_("also where the next start empties (tmpfs)") },
	{ NULL, NULL, NULL },
};

static enum exit_code dry_run(struct app *app, const struct mfa_rekey_watch *watch)
{
	struct mfa_diag diag = { .text = "" };
	struct mfa_rekey_report report = { 0 };
	int err = mfa_rekey_check(&app->host, watch, &diag, &report);
	if (err != MFA_OK)
		return app_fail(err, &diag);
	(void)printf(
		TR(app, MFA_N_("Dry run: %zu records can be sealed anew. Nothing was "
			       "changed.")),
		report.records);
	(void)fputc('\n', stdout);
	return EXIT_DONE;
}

static enum exit_code rekey(struct app *app, const struct mfa_rekey_watch *watch)
{
	struct mfa_diag diag = { .text = "" };
	struct mfa_rekey_report report = { 0 };
	int err = mfa_rekey_run(&app->host, watch, &diag, &report);
	if (err == MFA_ERR_ABORT) {
		app_complain("%s",
			     TR(app, MFA_N_("stopped; both keys are good. Run it again "
					    "to go on")));
		return EXIT_REFUSED;
	}
	if (err != MFA_OK)
		return app_fail(err, &diag);
	char detail[64];
	(void)snprintf(detail, sizeof detail, "%zu records", report.records);
	struct act act = { "store.rekey", NULL, NULL, MFA_KIND_NONE, detail };
	(void)printf(
		TR(app, MFA_N_("Sealed anew: %zu records. The old key opens nothing any "
			       "more; keep a sealed copy of the new one.")),
		report.records);
	(void)fputc('\n', stdout);
	return act_record(app, &act);
}

static enum exit_code run(struct app *app, const struct invocation *invocation)
{
	bool is_dry = invocation->values[DRY_RUN] != NULL;
	struct mfa_diag diag = { .text = "" };
	enum exit_code code = app_open(app);
	if (code != EXIT_DONE)
		return code;
	int err = invocation->values[IN_MEMORY] == NULL
			  ? mfa_key_check_durable(app->host.config->key, &diag)
			  : MFA_OK;
	if (err != MFA_OK)
		return app_fail(err, &diag);
	const char *question =
		TR(app, MFA_N_("Make a new store key and seal every record "
			       "anew? [y/N]: "));
	if (!is_dry && !terminal_confirm(app, question)) {
		app_complain("%s", TR(app, MFA_N_("given up; nothing was changed")));
		return EXIT_REFUSED;
	}
	MFA_CLEANUP(watch_end) struct watch signals = { 0 };
	watch_begin(&signals);
	const struct mfa_rekey_watch watch = { .step = watch_step, .context = &signals };
	return is_dry ? dry_run(app, &watch) : rekey(app, &watch);
}

const struct command command_rekey = {
	.name = "rekey",
	.arguments = "",
	.least = 0,
	.most = 0,
	.summary = MFA_N_("seal every record anew under a fresh store key"),
	.help = MFA_N_(
		"Logins go on meanwhile. It can be stopped at any time: both keys are\n"
		"good until it ends, and the next run goes on from there."),
	.options = options,
	.run = run,
};
