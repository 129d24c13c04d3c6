/* SPDX-License-Identifier: BSD-2-Clause */
/* mfa-enroll disable */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/change.h"
#include "cli/commands.h"
#include "cli/terminal.h"
#include "mfa/rootfs.h"
#include "switch/acts.h"
#include "switch/judge.h"
#include "switch/show.h"

struct undoing {
	struct plan plan;
	struct mfa_edits back; /* of enable, those files that are as it has left them */
	enum switch_phase phase;
};

static void undoing_done(struct undoing *undoing)
{
	plan_done(&undoing->plan);
	mfa_edits_done(&undoing->back);
}

/* Or as it was: a disable that was killed has begun to put it back. */
static bool is_as_left(const struct mfa_edit *edit)
{
	MFA_CLEANUP(mfa_edit_side_done) struct mfa_edit_side now = { .len = 0 };
	return mfa_edit_look(edit->path, NULL, &now) == MFA_OK &&
	       (mfa_edit_sides_match(&now, &edit->after) ||
		mfa_edit_sides_match(&now, &edit->before));
}

static bool is_managed(const struct mfa_edit *edit)
{
	static const char state[] = "/var/lib/pam/";
	return plan_is_common(edit->path) ||
	       strncmp(edit->path, state, strlen(state)) == 0;
}

/* What pam-auth-update keeps goes back as a whole, or not at all. */
static bool is_profile_as_left(const struct mfa_edits *edits)
{
	for (size_t i = 0; i < edits->count; i++)
		if (is_managed(&edits->items[i]) && !is_as_left(&edits->items[i]))
			return false;
	return true;
}

/* Files that somebody has changed since are not put back: lines are taken out of them. */
static void drop_changed(struct mfa_edits *edits)
{
	bool has_profile = is_profile_as_left(edits);
	for (size_t i = edits->count; i-- > 0;) {
		const struct mfa_edit *edit = &edits->items[i];
		if (is_managed(edit) ? !has_profile : !is_as_left(edit))
			mfa_edits_drop(edits, i);
	}
}

static enum exit_code find_all(struct undoing *undoing)
{
	struct mfa_diag diag = { .text = "" };
	int err = switch_find(&diag, &undoing->phase, &undoing->back);
	if (err != MFA_OK) {
		app_complain("%s", diag.text);
		undoing->phase = SWITCH_OFF;
	}
	if (undoing->phase == SWITCH_TRYING)
		return EXIT_DONE;
	drop_changed(&undoing->back);
	err = plan_disable(&undoing->plan, &undoing->back, &diag);
	if (err == MFA_OK)
		err = judge_disable(&undoing->plan, &undoing->back, &diag);
	if (err != MFA_OK)
		return app_fail(err, &diag);
	return show_problems(&undoing->plan) ? EXIT_REFUSED : EXIT_DONE;
}

static void show_all(const struct undoing *undoing)
{
	const struct app *app = undoing->plan.app;
	(void)puts(TR(app, MFA_N_("These files change:")));
	for (size_t i = 0; i < undoing->back.count; i++)
		(void)printf("  %s\n", undoing->back.items[i].path);
	show_files(&undoing->plan);
}

static void tell_left(const struct app *app)
{
	MFA_CLEANUP(mfa_free_string)
	char *drop_in = plan_text(&(struct plan){ .app = (struct app *)(uintptr_t)app },
				  SSHD_DROP_IN);
	(void)puts(
		TR(app, MFA_N_("Disabled: no login asks for a code any more. What stays: "
			       "configuration and key (/etc/pam_mfa), records "
			       "(/var/lib/pam_mfa), trail (/var/log/pam_mfa), the "
			       "package. mfa-enroll enable switches it on again.")));
	if (drop_in != NULL)
		app_complain(TR(app, MFA_N_("%s stays: somebody has changed it")),
			     SSHD_DROP_IN);
}

/* Of a trial whose notes were damaged. */
static void tidy_folders(void)
{
	static const char *const folders[] = { PAM_FOLDER, "/var/lib/pam",
					       "/etc/ssh/sshd_config.d" };
	for (size_t i = 0; i < MFA_COUNT(folders); i++)
		mfa_edits_tidy_folder(folders[i]);
}

static enum exit_code undo_all(struct undoing *undoing)
{
	struct app *app = undoing->plan.app;
	struct mfa_diag diag = { .text = "" };
	change_hold_signals(app);
	bool is_whole = false;
	int err = changes_restore(app, &undoing->back, &diag, &is_whole);
	if (err == MFA_OK)
		err = changes_make(&undoing->plan.edits, &diag);
	tidy_folders();
	if (reload_sshd(app, &undoing->back))
		(void)reload_sshd(app, &undoing->plan.edits);
	if (err == MFA_OK)
		err = switch_forget(SWITCH_ENABLED, &diag);
	if (err == MFA_OK)
		err = switch_forget(MFA_EDITS_TRYING, &diag);
	if (err == MFA_OK)
		err = switch_forget(SWITCH_ENDED, &diag);
	if (err != MFA_OK)
		return app_fail(err, &diag);
	enum exit_code code = switch_log(app, "pam.disable", undoing->back.id);
	tell_left(app);
	return code == EXIT_DONE && !is_whole ? EXIT_REFUSED : code;
}

/* What is on trial needs no question, and what was confirmed before it is not over. */
static enum exit_code undo_trial_first(struct app *app, const struct mfa_edits *edits,
				       bool asks)
{
	enum exit_code code = roll_back(app, edits);
	if (code == EXIT_DONE && mfa_rootfs_exists("", SWITCH_ENABLED))
		code = disable_all(app, asks);
	return code;
}

enum exit_code disable_all(struct app *app, bool asks)
{
	MFA_CLEANUP(undoing_done) struct undoing undoing = { .plan = { .app = app } };
	enum exit_code code = find_all(&undoing);
	if (code != EXIT_DONE)
		return code;
	if (undoing.phase == SWITCH_TRYING)
		return undo_trial_first(app, &undoing.back, asks);
	if (undoing.back.count == 0 && undoing.plan.edits.count == 0) {
		(void)puts(TR(app, MFA_N_("Nothing to change: no login asks for a "
					  "code.")));
		return EXIT_DONE;
	}
	show_all(&undoing);
	const char *question =
		TR(app, MFA_N_("Change them, so that no login asks for a code? [y/N]: "));
	if (asks && !terminal_confirm(app, question))
		return app_cancel(app);
	return undo_all(&undoing);
}

static enum exit_code disable_run(struct app *app,
				  const struct invocation *invocation MFA_UNUSED)
{
	MFA_CLEANUP(mfa_close_fd) int lock = -1;
	enum exit_code code = switch_begin(app);
	if (code == EXIT_DONE)
		code = switch_lock(app, false, &lock);
	return code == EXIT_DONE ? disable_all(app, true) : code;
}

const struct command command_disable = {
	.name = "disable",
	.arguments = "",
	.least = 0,
	.most = 0,
	.summary = MFA_N_("have no login ask for a code any more"),
	.help = MFA_N_(
		"Puts back what enable has changed, and takes lines of pam_mfa.so "
		"out of files that\nsomebody has edited since, or that were written "
		"by hand. Records, key and trail stay."),
	.asks = true,
	.run = disable_run,
};
