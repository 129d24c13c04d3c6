/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <unistd.h>

#include "cli/change.h"
#include "switch/acts.h"
#include "switch/judge.h"
#include "switch/session.h"
#include "switch/show.h"

static enum exit_code complain_of_session(const struct app *app, enum session_proof proof)
{
	switch (proof) {
	case SESSION_PROVED:
		return EXIT_DONE;
	case SESSION_OTHERS:
		app_complain("%s", TR(app, MFA_N_("this session began before enable, or "
						  "not with a code (sudo and su do not "
						  "count, nor does a terminal of a "
						  "desktop): log in anew, on a text "
						  "console or over ssh, and run it "
						  "there")));
		break;
	case SESSION_NOBODY:
		app_complain("%s",
			     TR(app, MFA_N_("nobody has logged in with a code since "
					    "enable: log in on another terminal, a "
					    "text console or over ssh, and run it "
					    "there")));
		break;
	case SESSION_UNCERTAIN:
		app_complain("%s", TR(app, MFA_N_("the audit trail has no line of this "
						  "enable, perhaps since it was rotated: "
						  "mfa-enroll enable --roll-back, and "
						  "begin anew")));
		break;
	}
	return EXIT_REFUSED;
}

static enum exit_code check_session(struct app *app, const struct mfa_edits *edits)
{
	struct mfa_diag diag = { .text = "" };
	enum session_proof proof = SESSION_UNCERTAIN;
	int err = session_prove(app->site.config->audit, edits, &diag, &proof);
	return err == MFA_OK ? complain_of_session(app, proof) : app_fail(err, &diag);
}

/* Whoever has edited something since then may have taken out what a code is asked by. */
static enum exit_code check_changes(struct app *app, const struct mfa_edits *edits)
{
	MFA_CLEANUP(plan_done) struct plan plan = { .app = app };
	struct mfa_diag diag = { .text = "" };
	mfa_site_close(&app->site);
	int err = judge_trial(&plan, edits, &diag);
	if (err != MFA_OK)
		return app_fail(err, &diag);
	bool is_right = sshd_is_right(app, edits);
	return show_problems(&plan) || !is_right ? EXIT_REFUSED : EXIT_DONE;
}

/* Nobody has put it back in time; or the confirmation took so long. */
static enum exit_code end_late(struct app *app, const struct mfa_edits *edits)
{
	enum exit_code code = roll_back(app, edits);
	if (code == EXIT_DONE)
		switch_complain_of_end(app);
	return code == EXIT_DONE ? EXIT_REFUSED : code;
}

static enum exit_code keep_changes(struct app *app, struct mfa_edits *edits)
{
	struct mfa_diag diag = { .text = "" };
	char id[MFA_EDITS_ID_SIZE];
	(void)snprintf(id, sizeof id, "%s", edits->id);
	change_hold_signals(app);
	int err = switch_confirm(edits, &diag);
	if (err == MFA_ERR_CONFLICT)
		return end_late(app, edits);
	if (err != MFA_OK)
		return app_fail(err, &diag);
	if (switch_forget(SWITCH_ENDED, &diag) != MFA_OK)
		app_complain("%s", diag.text);
	enum exit_code code = switch_log(app, "pam.confirm", id);
	(void)puts(TR(app, MFA_N_("Confirmed: logins ask for a code from now on. What it "
				  "does not cover, if anything: mfa-enroll check")));
	return code;
}

/* Of a second trial that was put back the end is told, though the first one counts. */
static enum exit_code complain_of_no_trial(const struct app *app, enum switch_phase phase)
{
	if (phase == SWITCH_OFF || access(SWITCH_ENDED, F_OK) == 0)
		switch_complain_of_end(app);
	else
		app_complain("%s", TR(app, MFA_N_("confirmed already")));
	return EXIT_REFUSED;
}

enum exit_code confirm_act(struct app *app)
{
	MFA_CLEANUP(mfa_close_fd) int lock = -1;
	MFA_CLEANUP(mfa_edits_done) struct mfa_edits edits = { .count = 0 };
	struct mfa_diag diag = { .text = "" };
	enum switch_phase phase = SWITCH_OFF;
	enum exit_code code = app_open(app);
	if (code == EXIT_DONE)
		code = switch_lock(app, false, &lock);
	if (code != EXIT_DONE)
		return code;
	int err = switch_find(&diag, &phase, &edits);
	if (err != MFA_OK)
		return app_fail(err, &diag);
	if (phase != SWITCH_TRYING)
		return complain_of_no_trial(app, phase);
	if (switch_is_due(&edits))
		return end_late(app, &edits);
	code = check_session(app, &edits);
	if (code == EXIT_DONE)
		code = check_changes(app, &edits);
	return code == EXIT_DONE ? keep_changes(app, &edits) : code;
}
