/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether logins are switched over to codes by enable: what is written down of it. */
#pragma once

#include "cli/app.h"
#include "mfa/edits.h"

#define SWITCH_ENABLED MFA_EDITS_FOLDER "/enabled"
#define SWITCH_ENDED   MFA_EDITS_FOLDER "/ended" /* the last trial that was put back */

enum switch_phase {
	SWITCH_OFF,	 /* nothing is written down: never, or by hand */
	SWITCH_TRYING,	 /* until somebody confirms */
	SWITCH_CONFIRMED /* by enable, and confirmed */
};

/* Who acts, and the person's language; also without a configuration. EXIT_DONE, ... */
enum exit_code switch_begin(struct app *app) MFA_MUST_CHECK;

/* Keeps other administrators out until ret_lock is closed. makes_folder: what is to be
 * written down needs one; else, where there is none, nothing is written down, and there
 * is no lock. EXIT_DONE, or the exit code to end with, after a complaint. */
enum exit_code switch_lock(struct app *app, bool makes_folder, int *ret_lock)
	MFA_MUST_CHECK;

/* The same for what cannot wait for others: goes on without the lock where one of them
 * keeps it, as by Ctrl-S on its terminal, or where there is none to be had. */
void switch_lock_or_go_on(int *ret_lock);

/* What is written down. The caller ends ret_edits. MFA_ERR_INTEGRITY, ... */
int switch_find(struct mfa_diag *diag, enum switch_phase *ret_phase,
		struct mfa_edits *ret_edits) MFA_MUST_CHECK;

/* What is tried counts from now on, together with what was confirmed before. Takes over
 * what edits, which is tried, owns. MFA_ERR_CONFLICT: the time is over; edits is as it
 * was, and on trial. */
int switch_confirm(struct mfa_edits *edits, struct mfa_diag *diag) MFA_MUST_CHECK;

/* The trial is over, and was put back: that is remembered, with the time. */
int switch_end(struct mfa_diag *diag) MFA_MUST_CHECK;

/* Says when the last trial ended, if it is known: what came after it has begun is too
 * late. */
void switch_complain_of_end(const struct app *app);

/* Forgets what is written down at path. */
int switch_forget(const char *path, struct mfa_diag *diag) MFA_MUST_CHECK;

/* The kernel's id of this boot; "": it has none. */
void switch_boot(char ret_boot[static MFA_EDITS_BOOT_SIZE]);

/* Whether the time of a trial is over: by its deadline, or with its boot. */
bool switch_is_due(const struct mfa_edits *edits);
/* EXIT_DONE: it is not. Else EXIT_REFUSED, after a complaint. */
enum exit_code switch_check_time(const struct app *app, const struct mfa_edits *edits)
	MFA_MUST_CHECK;

/* Minutes and seconds until the deadline, "4:31"; "0:00" behind it. */
enum {
	SWITCH_LEFT_SIZE = 32
};
void switch_write_left(const struct mfa_edits *edits,
		       char ret_left[static SWITCH_LEFT_SIZE]);
