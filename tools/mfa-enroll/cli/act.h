/* Acts on the store: changing a record under compare-and-swap, and telling of it. */
#pragma once

#include "cli/app.h"

/* An administrative act, for audit trail and syslog. */
struct act {
	const char *event; /* as "token.add" */
	const char *user;
	const char *token; /* or NULL */
	enum mfa_kind kind;
	const char *detail; /* or NULL */
};

/* Records that an act was done. EXIT_DONE, or EXIT_REFUSED after a complaint when the
 * audit trail cannot be written and the configuration demands it. */
enum exit_code act_record(struct app *app, const struct act *act) MFA_MUST_CHECK;

/* Changes a record in memory; EXIT_DONE to store it. May run again with a fresh record. */
typedef enum exit_code (*act_edit_fn)(struct app *app, struct mfa_record *record,
				      void *context);

enum act_mode {
	ACT_EXISTING, /* a user without record is EXIT_NOT_FOUND */
	ACT_CREATE,   /* a user without record gets one */
	ACT_SCRUB,    /* as ACT_EXISTING, and older generations are overwritten; a record
			 left without tokens goes altogether */
};

/* Reads the user's record, edits it and stores it, again until no login came between. From
 * the change to its line (act_record), which must follow, signals wait. */
enum exit_code act_edit(struct app *app, const char *user, enum act_mode mode,
			act_edit_fn edit, void *context) MFA_MUST_CHECK;

/* Makes signals wait until act_record, for a change without act_edit. */
void act_hold_signals(struct app *app);

/* The token that the command line names, or NULL after a complaint. */
struct mfa_token *act_find_token(struct app *app, struct mfa_record *record,
				 const char *token);
