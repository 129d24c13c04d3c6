/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "cli/change.h"
#include "mfa/fs.h"
#include "switch/acts.h"
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

/* Whether it is a service file that had no lines of pam_mfa.so before. */
static bool is_to_be_rid_of_them(const struct mfa_edits *edits, const char *path)
{
	const struct mfa_edit *edit = mfa_edits_find(edits, path);
	return strncmp(path, PAM_FOLDER "/", strlen(PAM_FOLDER "/")) == 0 &&
	       edit != NULL &&
	       (edit->before.is_absent ||
		strstr(edit->before.data, "pam_mfa.so") == NULL);
}

/* Out of what somebody has edited meanwhile, and what pam-auth-update has written anew
 * since a package was installed: with them, whom the trial has locked out would be for
 * good. */
static int take_lines_out(struct app *app, const struct mfa_edits *edits,
			  const struct mfa_strings *kept, struct mfa_diag *diag)
{
	MFA_CLEANUP(plan_done) struct plan plan = { .app = app };
	bool has_managed = false;
	for (size_t i = 0; i < kept->count; i++)
		has_managed |= plan_is_common(kept->items[i]);
	int err = has_managed ? plan_profile_remove(&plan, diag) : MFA_OK;
	for (size_t i = 0; err == MFA_OK && i < kept->count; i++)
		if (is_to_be_rid_of_them(edits, kept->items[i]))
			err = plan_take_out(&plan, kept->items[i], diag);
	(void)show_problems(&plan);
	return err == MFA_OK ? changes_make(&plan.edits, diag) : err;
}

int changes_restore(struct app *app, const struct mfa_edits *edits, struct mfa_diag *diag)
{
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings kept = { 0 };
	bool is_made = false;
	if (mfa_fs_make_dir(KEEP_FOLDER, NULL, &is_made) != MFA_OK)
		app_complain("%s", KEEP_FOLDER);
	int err = mfa_edits_restore(edits, KEEP_FOLDER, diag, &kept);
	for (size_t i = 0; i < kept.count; i++)
		app_complain(TR(app, MFA_N_("%s was changed by somebody meanwhile and "
					    "stays, but for lines of pam_mfa.so; what it "
					    "was before is in %s")),
			     kept.items[i], KEEP_FOLDER);
	if (err == MFA_OK)
		err = take_lines_out(app, edits, &kept, diag);
	return err;
}

enum exit_code roll_back(struct app *app, const struct mfa_edits *edits)
{
	struct mfa_diag diag = { .text = "" };
	change_hold_signals(app);
	int err = changes_restore(app, edits, &diag);
	if (err == MFA_OK && !reload_sshd(edits))
		app_complain("%s", TR(app, MFA_N_("sshd could not be told: restart it")));
	if (err == MFA_OK)
		err = switch_forget(MFA_EDITS_TRYING, &diag);
	if (err != MFA_OK) {
		change_release_signals(app);
		return app_fail(err, &diag);
	}
	(void)switch_log(app, "pam.roll-back", edits->id); /* it is done all the same */
	(void)puts(TR(app, MFA_N_("Put back: logins are as they were before enable.")));
	return EXIT_DONE;
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
	enum exit_code code = app_identify(app);
	if (code == EXIT_DONE)
		code = switch_lock(app, &lock);
	if (code != EXIT_DONE)
		return code;
	int err = switch_find(&diag, &phase, &edits);
	if (err == MFA_ERR_INTEGRITY && phase == SWITCH_TRYING)
		return roll_back_damaged(app);
	if (err != MFA_OK)
		return app_fail(err, &diag);
	if (phase == SWITCH_TRYING)
		return roll_back(app, &edits);
	app_complain("%s", phase == SWITCH_OFF
				   ? TR(app, MFA_N_("nothing is on trial"))
				   : TR(app, MFA_N_("confirmed already: mfa-enroll "
						    "disable takes it back")));
	return EXIT_REFUSED;
}
