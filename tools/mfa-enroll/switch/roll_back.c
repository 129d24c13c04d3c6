/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "cli/change.h"
#include "mfa/fs.h"
#include "switch/acts.h"
#include "switch/judge.h"
#include "switch/plan.h"
#include "switch/show.h"

/* What files were that somebody has changed since. */
#define KEEP_FOLDER MFA_EDITS_FOLDER "/before"

enum exit_code switch_log(struct app *app, const char *event, const char *detail)
{
	struct change change = { event, NULL, NULL, MFA_KIND_NONE, detail };
	struct mfa_diag diag = { .text = "" };
	if (app->site.config != NULL ||
	    mfa_site_load(app->config_path, &diag, &app->site) == MFA_OK)
		return change_log(app, &change);
	change_release_signals(app);
	openlog("mfa-enroll", LOG_PID, LOG_AUTHPRIV);
	syslog(LOG_NOTICE, "event=%s actor=%s result=done detail=\"%s\"", event,
	       app->actor, detail);
	closelog();
	return EXIT_DONE;
}

int changes_make(const struct mfa_edits *edits, struct mfa_diag *diag)
{
	int err = mfa_edits_stage(edits, diag);
	if (err == MFA_OK)
		err = mfa_edits_apply(edits, diag);
	mfa_edits_tidy(edits);
	return err;
}

/* Whether it is a service file that had no lines of pam_mfa.so before: with them, whom
 * the trial has locked out would be for good. */
static bool is_to_be_rid_of_them(const struct mfa_edits *edits, const char *path)
{
	const struct mfa_edit *edit = mfa_edits_find(edits, path);
	return strncmp(path, PAM_FOLDER "/", strlen(PAM_FOLDER "/")) == 0 &&
	       edit != NULL &&
	       (edit->before.is_absent ||
		strstr(edit->before.data, "pam_mfa.so") == NULL);
}

static bool has_common(const struct mfa_strings *kept)
{
	for (size_t i = 0; i < kept->count; i++)
		if (plan_is_common(kept->items[i]))
			return true;
	return false;
}

/* A package was installed meanwhile, and pam-auth-update has written the profile anew; or
 * somebody has edited a file. */
static int plan_lines_out(struct plan *plan, const struct mfa_edits *edits,
			  const struct mfa_strings *kept, struct mfa_diag *diag)
{
	int err = has_common(kept) ? plan_profile_remove(plan, diag) : MFA_OK;
	for (size_t i = 0; err == MFA_OK && i < kept->count; i++)
		if (is_to_be_rid_of_them(edits, kept->items[i]))
			err = plan_take_out(plan, kept->items[i], diag);
	return err;
}

/* Of the files that stay, as disable does. What would let nobody in is not done.
 * ret_is_whole: no line is left in them. */
static int take_lines_out(struct app *app, const struct mfa_edits *edits,
			  const struct mfa_strings *kept, struct mfa_diag *diag,
			  bool *ret_is_whole)
{
	static const struct mfa_edits none = { .count = 0 };
	MFA_CLEANUP(plan_done) struct plan plan = { .app = app };
	int err = plan_lines_out(&plan, edits, kept, diag);
	size_t stubborn = plan.problems.count;
	if (err == MFA_OK)
		err = judge_disable(&plan, &none, diag);
	if (err == MFA_OK && plan.problems.count == stubborn)
		err = changes_make(&plan.edits, diag);
	*ret_is_whole = !show_problems(&plan) && err == MFA_OK;
	return err;
}

/* Records of pam-auth-update are no logins. */
static bool tell_kept(const struct app *app, const struct mfa_edits *edits,
		      const struct mfa_strings *kept)
{
	bool is_whole = true;
	for (size_t i = 0; i < kept->count; i++) {
		const char *path = kept->items[i];
		const char *text =
			is_to_be_rid_of_them(edits, path)
				? MFA_N_("%s was changed by somebody meanwhile and "
					 "stays, without lines of pam_mfa.so; what it "
					 "was before is in %s")
				: MFA_N_("%s was changed by somebody meanwhile and "
					 "stays; what it was before is in %s");
		app_complain(TR(app, text), path, KEEP_FOLDER);
		is_whole = is_whole && strcmp(path, SSHD_DROP_IN) != 0;
	}
	return is_whole;
}

int changes_restore(struct app *app, const struct mfa_edits *edits, struct mfa_diag *diag,
		    bool *ret_is_whole)
{
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings kept = { 0 };
	bool is_made = false;
	bool has_lines_out = true;
	if (mfa_fs_make_dir(KEEP_FOLDER, NULL, &is_made) != MFA_OK)
		app_complain("%s", KEEP_FOLDER);
	int err = mfa_edits_restore(edits, KEEP_FOLDER, diag, &kept);
	bool is_whole = tell_kept(app, edits, &kept);
	if (err == MFA_OK && kept.count > 0)
		err = take_lines_out(app, edits, &kept, diag, &has_lines_out);
	*ret_is_whole = is_whole && has_lines_out;
	return err;
}

static enum exit_code tell_put_back(const struct app *app, bool is_whole)
{
	if (is_whole) {
		(void)puts(TR(
			app, MFA_N_("Put back: logins are as they were before enable.")));
		return EXIT_DONE;
	}
	app_complain("%s",
		     TR(app, MFA_N_("put back, but for what is named here: logins are "
				    "not all as they were before enable. See mfa-enroll "
				    "check")));
	return EXIT_REFUSED;
}

enum exit_code roll_back(struct app *app, const struct mfa_edits *edits)
{
	struct mfa_diag diag = { .text = "" };
	bool is_whole = false;
	change_hold_signals(app);
	int err = changes_restore(app, edits, &diag, &is_whole);
	if (err == MFA_OK) {
		(void)reload_sshd(app, edits);
		err = switch_end(&diag);
	}
	if (err != MFA_OK) {
		change_release_signals(app);
		return app_fail(err, &diag);
	}
	(void)switch_log(app, "pam.roll-back", edits->id); /* it is done all the same */
	return tell_put_back(app, is_whole);
}

enum exit_code roll_back_damaged(struct app *app)
{
	app_complain("%s",
		     TR(app, MFA_N_("what was changed cannot be read, so all lines of "
				    "pam_mfa.so are taken out")));
	return disable_all(app, false);
}

enum exit_code roll_back_act(struct app *app)
{
	MFA_CLEANUP(mfa_close_fd) int lock = -1;
	MFA_CLEANUP(mfa_edits_done) struct mfa_edits edits = { .count = 0 };
	struct mfa_diag diag = { .text = "" };
	enum switch_phase phase = SWITCH_OFF;
	enum exit_code code = switch_begin(app);
	if (code == EXIT_DONE)
		code = switch_lock(app, false, &lock);
	if (code != EXIT_DONE)
		return code;
	int err = switch_find(&diag, &phase, &edits);
	if (err == MFA_ERR_INTEGRITY && phase == SWITCH_TRYING)
		return roll_back_damaged(app);
	if (err != MFA_OK)
		return app_fail(err, &diag);
	if (phase == SWITCH_TRYING)
		return roll_back(app, &edits);
	if (phase == SWITCH_OFF)
		switch_complain_of_end(app);
	else
		app_complain("%s", TR(app, MFA_N_("confirmed already: mfa-enroll "
						  "disable takes it back")));
	return EXIT_REFUSED;
}
