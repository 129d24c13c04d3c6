/* SPDX-License-Identifier: BSD-2-Clause */
/* mfa-enroll adopt USER|--all */
#include "cli/commands.h"

#include <stdio.h>

#include "cli/change.h"
#include "cli/terminal.h"
#include "people/orphans.h"

enum {
	OPTION_ALL,
	DETAIL_SIZE = 96
};

static const struct option_spec options[] = {
	[OPTION_ALL] = { "all", NULL,
			 MFA_N_("of all accounts that have another user id now") },
};

/* Of one record by one account. */
struct adoption {
	uid_t uid; /* the account's */
	bool is_confirmed;
	bool is_one_of_all;
	bool is_done;
	char detail[DETAIL_SIZE];
};

static bool confirm_adoption(const struct app *app, const struct mfa_record *record,
			     uid_t uid)
{
	char question[512];
	(void)snprintf(
		question, sizeof question,
		TR_N(app,
		     "Is the person with the account %s (user id %u) the one to whom "
		     "the %zu authenticator of this record was given? [y/N]: ",
		     "Is the person with the account %s (user id %u) the one to whom "
		     "the %zu authenticators of this record were given? [y/N]: ",
		     record->token_count),
		record->user, (unsigned)uid, record->token_count);
	if (terminal_confirm(app, question))
		return true;
	(void)app_cancel(app);
	return false;
}

static enum exit_code refuse_adoption(const struct app *app, const char *format,
				      const struct mfa_record *record)
{
	app_complain(TR(app, format), record->user, record->user);
	return EXIT_REFUSED;
}

static enum exit_code edit_adopted(struct app *app, struct mfa_record *record,
				   void *context)
{
	struct adoption *adoption = context;
	char before[16] = "not known";
	enum mfa_record_status status = mfa_record_status(record, true, adoption->uid);
	if (status == MFA_RECORD_MOVING)
		return refuse_adoption(
			app,
			MFA_N_("%s: a change of name was cut off; run again: "
			       "mfa-enroll rename OLD %s"),
			record);
	if (status == MFA_RECORD_USABLE && record->has_uid)
		return refuse_adoption(
			app, MFA_N_("the record of %s is this account's already"),
			record);
	if (adoption->is_one_of_all && status != MFA_RECORD_OF_OTHER_UID)
		return refuse_adoption(
			app, MFA_N_("%s: retired meanwhile; left as it is"), record);
	if (!adoption->is_confirmed && !confirm_adoption(app, record, adoption->uid))
		return EXIT_REFUSED;
	adoption->is_confirmed = true;
	if (record->has_uid)
		(void)snprintf(before, sizeof before, "%u", (unsigned)record->uid);
	(void)snprintf(adoption->detail, sizeof adoption->detail,
		       "user id %u, was %s%s; %zu token%s", (unsigned)adoption->uid,
		       before, record->is_retired ? ", retired" : "", record->token_count,
		       MFA_PLURAL(record->token_count));
	record->is_retired = false;
	record->has_uid = true;
	record->uid = adoption->uid;
	return EXIT_DONE;
}

static enum exit_code adopt_record(struct app *app, const char *user,
				   struct adoption *adoption)
{
	enum exit_code code =
		change_record(app, user, CHANGE_EXISTING, edit_adopted, adoption);
	if (code != EXIT_DONE)
		return code;
	adoption->is_done = true;
	struct change change = { "user.adopt", user, NULL, MFA_KIND_NONE,
				 adoption->detail };
	return change_log(app, &change);
}

static enum exit_code adopt_one(struct app *app, const char *user)
{
	enum exit_code code = app_find_user(app, USER_ANY, &user);
	if (code != EXIT_DONE)
		return code;
	if (app->identity.is_known != MFA_MATCH_YES) {
		app_complain(
			TR(app, MFA_N_("there is no account %s that the record could "
				       "belong to")),
			user);
		return EXIT_NOT_FOUND;
	}
	struct adoption adoption = { .uid = app->identity.uid };
	code = adopt_record(app, user, &adoption);
	if (!adoption.is_done)
		return code;
	(void)printf(TR(app, MFA_N_("The record is the account's: %s.")), user);
	(void)fputc('\n', stdout);
	return code;
}

static enum exit_code adopt_orphan(struct app *app, const struct orphan_record *orphan,
				   const void *context MFA_UNUSED, bool *ret_is_done)
{
	struct adoption adoption = { .uid = orphan->account_uid,
				     .is_confirmed = true,
				     .is_one_of_all = true };
	enum exit_code code = adopt_record(app, orphan->user, &adoption);
	*ret_is_done = adoption.is_done;
	return code;
}

static enum exit_code adopt_all(struct app *app)
{
	MFA_CLEANUP(orphans_done) struct orphans orphans = { 0 };
	enum exit_code code = orphans_find(app, NULL, 0, &orphans);
	if (code != EXIT_DONE)
		return code;
	orphans_keep(&orphans, 1U << ORPHAN_UID);
	if (orphans.count == 0) {
		(void)puts(TR(app, MFA_N_("No account has another user id than its "
					  "record.")));
		return EXIT_DONE;
	}
	orphans_print(&orphans);
	const char *question =
		TR(app, MFA_N_("Were the user ids of all these accounts changed, and is "
			       "each still the same person? [y/N]: "));
	if (!terminal_confirm(app, question))
		return app_cancel(app);
	size_t done = 0;
	code = orphans_each(app, &orphans, adopt_orphan, NULL, &done);
	(void)printf(TR(app, MFA_N_("Records that are their accounts' again: %zu.")),
		     done);
	(void)fputc('\n', stdout);
	return code;
}

static enum exit_code adopt_run(struct app *app, const struct invocation *invocation)
{
	bool is_all = invocation->values[OPTION_ALL] != NULL;
	if (is_all == (invocation->count == 1)) {
		app_complain("%s", TR(app, MFA_N_("give USER, or --all; see mfa-enroll "
						  "adopt --help")));
		return EXIT_USAGE;
	}
	enum exit_code code = app_open(app);
	if (code != EXIT_DONE)
		return code;
	return is_all ? adopt_all(app) : adopt_one(app, invocation->arguments[0]);
}

const struct command command_adopt = {
	.name = "adopt",
	.arguments = "USER|--all",
	.least = 0,
	.most = 1,
	.summary = MFA_N_("make a closed record the account's again"),
	.help = MFA_N_(
		"For a record that is retired, or whose account has another user id now,\n"
		"where it is the same person. Else: mfa-enroll prune USER."),
	.asks = true,
	COMMAND_OPTIONS(options),
	.run = adopt_run,
};
