/* SPDX-License-Identifier: BSD-2-Clause */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/change.h"
#include "mfa/descriptors.h"
#include "switch/acts.h"
#include "switch/plan.h"
#include "switch/session.h"

#define WAIT_UNIT "mfa-try.service"
#define BOOT_UNIT "mfa-rollback.service"

/* Without systemd: a process of its own, which outlives the terminal. */
static bool leave_waiter(struct app *app)
{
	pid_t pid = fork();
	if (pid != 0)
		return pid > 0;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (setsid() < 0 || null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 ||
	    dup2(null, 2) < 0 || chdir("/") != 0 || mfa_close_from(3) != MFA_OK)
		_exit(1);
	mfa_site_done(&app->site);
	_exit((int)wait_act(app));
}

bool trial_is_left_alone(void)
{
	return reload_has_systemd() && reload_is_stopped(WAIT_UNIT);
}

/* Both before anything is changed: who would take it back must be there. One that is
 * about to end, of an earlier trial, is started anew by systemd. */
static bool start_waiter(struct app *app)
{
	if (!reload_has_systemd())
		return leave_waiter(app);
	return reload_call("enable", BOOT_UNIT) && reload_call("start", WAIT_UNIT);
}

static enum exit_code undo_trial(struct app *app, const struct mfa_edits *edits)
{
	enum exit_code code = roll_back(app, edits);
	return code == EXIT_DONE ? EXIT_REFUSED : code;
}

static enum exit_code make_changes(struct app *app, const struct mfa_edits *edits)
{
	struct mfa_diag diag = { .text = "" };
	int err = mfa_edits_stage(edits, &diag);
	if (err == MFA_OK && !start_waiter(app)) {
		app_complain(TR(app, MFA_N_("%s cannot be started, so nobody would put "
					    "the files back: is the package whole?")),
			     WAIT_UNIT);
		return EXIT_REFUSED;
	}
	if (err == MFA_OK)
		err = mfa_edits_apply(edits, &diag);
	if (err != MFA_OK)
		return app_fail(err, &diag);
	if (!sshd_is_right(app, edits))
		return EXIT_REFUSED;
	return reload_sshd(app, edits) ? EXIT_DONE : EXIT_REFUSED;
}

enum exit_code trial_begin(struct app *app, struct mfa_edits *edits)
{
	struct mfa_diag diag = { .text = "" };
	change_hold_signals(app);
	int err = mfa_edits_save(edits, MFA_EDITS_TRYING, &diag);
	if (err != MFA_OK)
		return app_fail(err, &diag);
	enum exit_code code = make_changes(app, edits);
	if (code == EXIT_DONE) /* stopped meanwhile, it may be put back by now */
		code = switch_check_time(app, edits);
	if (code == EXIT_DONE)
		code = switch_log(app, SESSION_EVENT, edits->id);
	return code == EXIT_DONE ? EXIT_DONE : undo_trial(app, edits);
}
