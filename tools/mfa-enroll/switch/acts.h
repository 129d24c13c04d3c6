/* SPDX-License-Identifier: BSD-2-Clause */
/* What enable and disable do, and what they share. */
#pragma once

#include "switch/state.h"

/* enable's options. */
struct enable_wish {
	const char *only; /* --only, or NULL */
	int64_t seconds;  /* --try */
	bool wants_copy;  /* no --no-copy */
	bool is_dry_run;
};

enum exit_code enable_act(struct app *app, const struct enable_wish *wish);
enum exit_code confirm_act(struct app *app);
enum exit_code roll_back_act(struct app *app);
/* Rolls back when it is due, unless somebody confirms before; waits meanwhile. */
enum exit_code wait_act(struct app *app);

/* Makes the changes, for a trial until their deadline, and has them taken back then. What
 * fails is taken back at once. Behind switch_lock. EXIT_DONE, or the exit code to end
 * with, after a complaint. */
enum exit_code trial_begin(struct app *app, struct mfa_edits *edits) MFA_MUST_CHECK;

/* Whether nobody waits for its end, though systemd should see to it. */
bool trial_is_left_alone(void);

/* Puts everything back, and says what stays. edits: of the trial. Behind switch_lock. */
enum exit_code roll_back(struct app *app, const struct mfa_edits *edits) MFA_MUST_CHECK;

/* The same where that cannot be read: takes the lines out. Behind switch_lock. */
enum exit_code roll_back_damaged(struct app *app) MFA_MUST_CHECK;

/* Takes everything back: what is written down, as far as it can be read, and else the
 * lines of pam_mfa.so. Behind switch_lock. */
enum exit_code disable_all(struct app *app, bool asks) MFA_MUST_CHECK;

/* Makes further changes at once, without a trial. */
int changes_make(const struct mfa_edits *edits, struct mfa_diag *diag) MFA_MUST_CHECK;

/* Restores the files of edits, and says which ones stay since somebody has changed them:
 * the lines of pam_mfa.so are taken out of those. ret_is_whole: no login asks for more
 * than before; else it was said why. */
int changes_restore(struct app *app, const struct mfa_edits *edits, struct mfa_diag *diag,
		    bool *ret_is_whole) MFA_MUST_CHECK;

/* Whether sshd, if the changes are of its configuration, makes of its files what it is
 * to; complains of what it does not. */
bool sshd_is_right(struct app *app, const struct mfa_edits *edits);

/* Has sshd read its configuration again, if the changes are of that. false: it could not
 * be told, and goes on with what it has read; that is complained of. */
bool reload_sshd(const struct app *app, const struct mfa_edits *edits);
/* Whether systemd runs this machine. Starts a unit, or has it started with the machine:
 * verb is systemctl's. */
bool reload_has_systemd(void);
bool reload_call(const char *verb, const char *unit);
/* Whether systemd says that it does not run, nor is about to. */
bool reload_is_stopped(const char *unit);

/* A line in the trail, where there is one, and in syslog. Signals are let through. */
enum exit_code switch_log(struct app *app, const char *event, const char *detail);
