/* SPDX-License-Identifier: BSD-2-Clause */
/* Changes of records, under compare-and-swap, and their lines in the audit trail. */
#pragma once

#include "cli/app.h"

/* What an administrator did, for audit trail and syslog. */
struct change {
	const char *event; /* as "token.add" */
	const char *user;
	const char *token; /* or NULL */
	enum mfa_kind kind;
	const char *detail; /* or NULL */
};

/* Writes the line of a change that is done. EXIT_DONE, or EXIT_REFUSED after a complaint
 * when the audit trail cannot be written and the configuration demands it. */
enum exit_code change_log(struct app *app, const struct change *change) MFA_MUST_CHECK;

/* Changes a record in memory; EXIT_DONE to store it. May run again with a fresh record.
 */
typedef enum exit_code (*change_edit_fn)(struct app *app, struct mfa_record *record,
					 void *context);

enum change_mode {
	CHANGE_EXISTING, /* a user without record is EXIT_NOT_FOUND */
	CHANGE_CREATE,	 /* a user without record gets one */
	CHANGE_SCRUB,	 /* as CHANGE_EXISTING, and older generations are overwritten; a
			    record    left without tokens goes altogether */
};

/* Reads the user's record, edits it and stores it, again until no login came between.
 * From the change to its line (change_log), which must follow, signals wait. */
enum exit_code change_record(struct app *app, const char *user, enum change_mode mode,
			     change_edit_fn edit, void *context) MFA_MUST_CHECK;

/* Makes signals wait until change_log, for a change without change_record. */
void change_hold_signals(struct app *app);
/* Lets them through again where nothing was changed, and nothing is to be logged. */
void change_release_signals(struct app *app);

/* The token that the command line names, or NULL after a complaint. */
struct mfa_token *change_find_token(struct app *app, struct mfa_record *record,
				    const char *token);
