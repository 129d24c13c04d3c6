/* SPDX-License-Identifier: BSD-2-Clause */
/* mfa-enroll enable */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <sodium.h>

#include "check/check.h"
#include "cli/commands.h"
#include "cli/terminal.h"
#include "mfa/peer.h"
#include "mfa/text.h"
#include "switch/acts.h"
#include "switch/judge.h"
#include "switch/preflight.h"
#include "switch/show.h"

enum {
	TRY,
	ONLY,
	NO_COPY,
	DRY_RUN,
	CONFIRM,
	ROLL_BACK,
	WAIT
};

enum {
	TRY_PRESET = 5 * 60,
	TRY_LEAST = 10,
	TRY_MOST = 24 * 60 * 60,
	SECOND_MS = 1000,
};

static const struct option_spec options[] = {
	[TRY] = { "try", "TIME", MFA_N_("put all back after this time (5m)") },
	[ONLY] = { "only", "LIST", MFA_N_("services that are to ask, as login,sshd") },
	[NO_COPY] = { "no-copy", NULL,
		      MFA_N_("without a verified copy of the store key") },
	[DRY_RUN] = { "dry-run", NULL,
		      MFA_N_("show what would change, and change "
			     "nothing") },
	[CONFIRM] = { "confirm", NULL,
		      MFA_N_("keep it: in a session that came in with a "
			     "code") },
	[ROLL_BACK] = { "roll-back", NULL, MFA_N_("put all back at once") },
	[WAIT] = { "wait", NULL, NULL }, /* for systemd */
};

static enum exit_code read_only_list(struct plan *plan, const char *list)
{
	MFA_CLEANUP(mfa_free_string) char *copy = list != NULL ? strdup(list) : NULL;
	char *rest = NULL;
	plan->has_only = list != NULL;
	if (list == NULL)
		return EXIT_DONE;
	for (char *name = copy != NULL ? strtok_r(copy, ", ", &rest) : NULL; name != NULL;
	     name = strtok_r(NULL, ", ", &rest))
		if (strchr(name, '/') != NULL ||
		    mfa_strings_add(&plan->only, name) != MFA_OK)
			return app_fail(MFA_ERR_INVALID, NULL);
	if (plan->only.count > 0)
		return EXIT_DONE;
	app_complain("%s", TR(plan->app, MFA_N_("--only: name services, as login,sshd")));
	return EXIT_USAGE;
}

static void complain_of_trial(const struct app *app, const struct mfa_edits *edits)
{
	char left[SWITCH_LEFT_SIZE];
	char time[MFA_TIME_SIZE];
	switch_write_left(edits, left);
	mfa_text_format_time(edits->time, time);
	app_complain(TR(app, MFA_N_("on trial since %s, by %s; put back in %s. Log "
				    "in on another terminal and run: mfa-enroll "
				    "enable --confirm; or: mfa-enroll enable "
				    "--roll-back")),
		     time, edits->actor, left);
	if (trial_is_left_alone())
		app_complain("%s", TR(app, MFA_N_("warning: mfa-try.service does not "
						  "run, so nobody puts it back by "
						  "itself: mfa-enroll enable "
						  "--roll-back")));
}

/* What is over and was not put back is, before anything else. */
static enum exit_code check_phase(struct app *app, bool is_dry_run)
{
	MFA_CLEANUP(mfa_edits_done) struct mfa_edits edits = { .count = 0 };
	struct mfa_diag diag = { .text = "" };
	enum switch_phase phase = SWITCH_OFF;
	int err = switch_find(&diag, &phase, &edits);
	if (err != MFA_OK)
		return app_fail(err, &diag);
	if (phase != SWITCH_TRYING)
		return EXIT_DONE;
	if (!is_dry_run && switch_is_due(&edits))
		return roll_back(app, &edits);
	complain_of_trial(app, &edits);
	return EXIT_REFUSED;
}

static void tell_open(const struct app *app, const struct mfa_strings *open)
{
	MFA_CLEANUP(mfa_free_string) char *names = check_join_names(open);
	if (open->count > 0 && names != NULL)
		app_complain(
			TR(app, MFA_N_("warning: these still let people in without a "
				       "code: %s. See mfa-enroll check")),
			names);
}

/* Everything is looked at before anything is refused, so that all is said at once. */
static enum exit_code make_plan(struct plan *plan, const struct enable_wish *wish)
{
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings open = { 0 };
	struct mfa_diag diag = { .text = "" };
	mfa_site_close(&plan->app->site);
	int err = plan_enable(plan, &diag);
	if (err == MFA_OK)
		err = judge_enable(plan, &diag, &open);
	if (err != MFA_OK)
		return app_fail(err, &diag);
	enum exit_code code = preflight_check(plan, wish->wants_copy);
	mfa_site_close(&plan->app->site);
	if (code == EXIT_DONE)
		tell_open(plan->app, &open);
	return code;
}

static void note_trial(struct plan *plan, int64_t seconds)
{
	unsigned char random[(MFA_EDITS_ID_SIZE - 1) / 2];
	struct mfa_edits *edits = &plan->edits;
	randombytes_buf(random, sizeof random);
	(void)sodium_bin2hex(edits->id, sizeof edits->id, random, sizeof random);
	(void)snprintf(edits->actor, sizeof edits->actor, "%s", plan->app->actor);
	switch_boot(edits->boot);
	edits->time = time(NULL);
	edits->deadline_ms = mfa_boottime_ms() + seconds * SECOND_MS;
}

static void tell_next_step(const struct app *app, const struct mfa_edits *edits)
{
	char left[SWITCH_LEFT_SIZE];
	switch_write_left(edits, left);
	(void)printf(reload_has_systemd()
			     ? TR(app, MFA_N_("On trial: in %s all is put back, also if "
					      "the machine starts anew."))
			     : TR(app, MFA_N_("On trial: in %s all is put back. After a "
					      "restart of the machine (no systemd here): "
					      "mfa-enroll enable --roll-back")),
		     left);
	(void)printf("\n%s\n",
		     TR(app, MFA_N_("Leave this terminal open. Log in on another one, a "
				    "text console or over ssh, with password and code,\n"
				    "and run there: sudo mfa-enroll enable --confirm\n"
				    "sudo asks for password and code as well: wait for "
				    "the next code.\n"
				    "To put all back at once: mfa-enroll enable "
				    "--roll-back")));
}

static enum exit_code begin_trial(struct plan *plan, const struct enable_wish *wish)
{
	struct app *app = plan->app;
	(void)puts(TR(app, MFA_N_("These files change:")));
	show_files(plan);
	if (!terminal_confirm(app, TR(app, MFA_N_("Change them, on trial? [y/N]: "))))
		return app_cancel(app);
	note_trial(plan, wish->seconds);
	enum exit_code code = trial_begin(app, &plan->edits);
	if (code == EXIT_DONE)
		tell_next_step(app, &plan->edits);
	return code;
}

enum exit_code enable_act(struct app *app, const struct enable_wish *wish)
{
	MFA_CLEANUP(mfa_close_fd) int lock = -1;
	MFA_CLEANUP(plan_done) struct plan plan = { .app = app };
	enum exit_code code = app_open(app);
	if (code == EXIT_DONE && !wish->is_dry_run)
		code = switch_lock(app, true, &lock);
	if (code == EXIT_DONE)
		code = check_phase(app, wish->is_dry_run);
	if (code == EXIT_DONE)
		code = read_only_list(&plan, wish->only);
	if (code == EXIT_DONE)
		code = make_plan(&plan, wish);
	if (code != EXIT_DONE)
		return code;
	if (wish->is_dry_run)
		show_diff(&plan);
	if (show_problems(&plan))
		return EXIT_REFUSED;
	if (wish->is_dry_run)
		return EXIT_DONE;
	if (plan.edits.count > 0)
		return begin_trial(&plan, wish);
	(void)puts(TR(app, MFA_N_("Nothing to change: all of it asks for a code "
				  "already.")));
	return EXIT_DONE;
}

static enum exit_code read_time(const struct app *app, const char *text,
				int64_t *ret_seconds)
{
	*ret_seconds = TRY_PRESET;
	if (text == NULL || (mfa_text_parse_duration(text, ret_seconds) == MFA_OK &&
			     *ret_seconds >= TRY_LEAST && *ret_seconds <= TRY_MOST))
		return EXIT_DONE;
	app_complain("%s", TR(app, MFA_N_("--try: 10s to 24h, as 5m")));
	return EXIT_USAGE;
}

static enum exit_code enable_run(struct app *app, const struct invocation *invocation)
{
	const char *const *values = invocation->values;
	int acts = (values[CONFIRM] != NULL) + (values[ROLL_BACK] != NULL) +
		   (values[WAIT] != NULL);
	bool has_more = values[TRY] != NULL || values[ONLY] != NULL ||
			values[NO_COPY] != NULL || values[DRY_RUN] != NULL;
	struct enable_wish wish = {
		.only = values[ONLY],
		.wants_copy = values[NO_COPY] == NULL,
		.is_dry_run = values[DRY_RUN] != NULL,
	};
	if (acts > 1 || (acts == 1 && has_more)) {
		app_complain("%s",
			     TR(app, MFA_N_("--confirm, --roll-back and --wait take "
					    "no other options")));
		return EXIT_USAGE;
	}
	enum exit_code code = read_time(app, values[TRY], &wish.seconds);
	if (code != EXIT_DONE)
		return code;
	if (values[CONFIRM] != NULL)
		return confirm_act(app);
	if (values[ROLL_BACK] != NULL)
		return roll_back_act(app);
	return values[WAIT] != NULL ? wait_act(app) : enable_act(app, &wish);
}

const struct command command_enable = {
	.name = "enable",
	.arguments = "",
	.least = 0,
	.most = 0,
	.summary = MFA_N_("have logins ask for a code, on trial until confirmed"),
	.help = MFA_N_(
		"Changes pam.d and sshd's configuration after looking at everything that "
		"could\nlock people out, and puts all back by itself unless somebody logs "
		"in with a code\nand runs enable --confirm there."),
	.asks = true,
	COMMAND_OPTIONS(options),
	.run = enable_run,
};
