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

/* What is written down. The caller ends ret_edits. MFA_ERR_INTEGRITY, ... */
int switch_find(struct mfa_diag *diag, enum switch_phase *ret_phase,
		struct mfa_edits *ret_edits) MFA_MUST_CHECK;

/* What is tried counts from now on, together with what was confirmed before. Takes over
 * what edits, which is tried, owns. */
int switch_confirm(struct mfa_edits *edits, struct mfa_diag *diag) MFA_MUST_CHECK;

/* The trial is over, and was put back: that is remembered, with the time. */
int switch_end(struct mfa_diag *diag) MFA_MUST_CHECK;

/* Says when the last trial ended, if it is known: what came after it has begun is too
 * late. */
void switch_complain_of_end(const struct app *app);

/* Whether it is time to put it back: also behind a start of the machine. */
bool switch_is_due(const struct mfa_edits *edits);

/* Forgets what is written down at path. */
int switch_forget(const char *path, struct mfa_diag *diag) MFA_MUST_CHECK;

/* The kernel's id of this boot; "": it has none. */
void switch_boot(char ret_boot[static MFA_EDITS_BOOT_SIZE]);

/* Minutes and seconds until the deadline, "4:31"; "0:00" behind it. */
enum {
	SWITCH_LEFT_SIZE = 32
};
void switch_write_left(const struct mfa_edits *edits,
		       char ret_left[static SWITCH_LEFT_SIZE]);
