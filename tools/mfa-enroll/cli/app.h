/* SPDX-License-Identifier: BSD-2-Clause */
/* What every subcommand works with: options, host, language, the acting person. */
#pragma once

#include <signal.h>

#include "mfa/language.h"
#include "mfa/nss.h"
#include "mfa/site.h"

/* Exit codes: stable, documented in mfa-enroll(8). */
enum exit_code {
	EXIT_DONE = 0,
	EXIT_REFUSED = 1,
	EXIT_USAGE = 2,
	EXIT_NOT_FOUND = 3,
	EXIT_NOT_PERMITTED = 4,
	EXIT_INTEGRITY = 5,
	EXIT_BUSY = 6,
};

struct app {
	const char *config_path; /* --conf, or NULL */
	bool wants_json;	 /* --json */
	bool says_yes;		 /* --yes */
	struct mfa_site site;
	struct mfa_language *language;
	char actor[MFA_ACTOR_SIZE]; /* the login name of the person who runs this */
	bool holds_signals;	    /* from a change to its line: see change.h */
	sigset_t signals;	    /* as they were */
	struct identity identity;   /* of USER, once app_find_user has looked */
	const char *typed;	    /* USER, where it is not the name that is used */
};

/* The text in the person's language. */
#define TR(app, text)		    mfa_text((app)->language, text)
#define TR_N(app, one, many, count) mfa_text_n((app)->language, one, many, count)

/* Prints "mfa-enroll: ..." to standard error. */
void app_complain(const char *format, ...) MFA_PRINTF(1, 2);

/* Tells what was mended on the way, if anything was. */
void app_warn(struct app *app, const struct mfa_diag *diag);

/* Complains of diag's text, where there is one, and gives the exit code that suits err.
 */
enum exit_code app_fail(int err, const struct mfa_diag *diag);

/* Says that the person has cancelled: EXIT_REFUSED. */
enum exit_code app_cancel(const struct app *app);

/* Complains that the user has no record: EXIT_NOT_FOUND. */
enum exit_code app_fail_unenrolled(const struct app *app, const char *user);

/* Reads the configuration, opens the host, finds the actor and the language. Only root
 * may. EXIT_DONE, or the exit code to end with, after a complaint. */
enum exit_code app_open(struct app *app) MFA_MUST_CHECK;
void app_done(struct app *app);

/* The language that is configured, or English if the terminal cannot show that. */
void app_use_language(struct app *app, enum mfa_language_choice choice);

/* As mfa_site_open and mfa_store_read, with app_warn for what they have mended. */
int app_open_site(struct app *app, struct mfa_diag *diag) MFA_MUST_CHECK;
int app_read_record(struct app *app, const char *user, struct mfa_diag *diag,
		    struct mfa_record *ret_record) MFA_MUST_CHECK;

/* Checks that the caller is root and finds out who that is. */
enum exit_code app_identify(struct app *app) MFA_MUST_CHECK;

/* Which users a command is for. */
enum user_need {
	USER_KNOWN,  /* to the name service */
	USER_ANY,    /* a name that it does not know is taken as it is */
	USER_STORED, /* the same; and a record of this very name is meant, if there is one
		      */
};

/* Turns USER of the command line into the name service's own name, and says so where that
 * is another; the name is good until app_done. USER_STORED needs the host open. */
enum exit_code app_find_user(struct app *app, enum user_need need,
			     const char **inout_user) MFA_MUST_CHECK;
