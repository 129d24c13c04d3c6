/* SPDX-License-Identifier: BSD-2-Clause */
/* mfa-enroll retire USER */
#include "cli/commands.h"

#include <stdio.h>

#include "cli/change.h"
#include "records/records.h"

enum {
	OPTION_GONE
};

static const struct option_spec options[] = {
	[OPTION_GONE] = { "gone", NULL,
			  MFA_N_("only if no account has the name any more") },
};

struct retirement {
	bool must_be_gone;
	bool is_left; /* as it is, and that is well */
	size_t tokens;
};

/* userdel may have deleted in another tree (--prefix), or another name service may have
 * the same account: then it is the record's still. */
static bool is_still_there(const struct app *app, const struct mfa_record *record)
{
	const struct identity *identity = &app->identity;
	return identity->is_known == MFA_MATCH_YES &&
	       (!record->has_uid || record->uid == identity->uid);
}

static enum exit_code close_record(struct app *app, struct mfa_record *record,
				   void *context)
{
	struct retirement *retirement = context;
	retirement->tokens = record->token_count;
	if (retirement->must_be_gone && is_still_there(app, record)) {
		app_complain(TR(app, MFA_N_("the name service still has the account %s: "
					    "its authenticators stay as they are")),
			     record->user);
		retirement->is_left = true;
		return EXIT_REFUSED;
	}
	if (record->is_retired) {
		retirement->is_left = retirement->must_be_gone;
		if (!retirement->is_left)
			app_complain(TR(app, MFA_N_("the record of %s is retired "
						    "already")),
				     record->user);
		return EXIT_REFUSED;
	}
	record->is_retired = true;
	return EXIT_DONE;
}

static enum exit_code retire_record(struct app *app, const char *user,
				    struct retirement *retirement)
{
	char detail[64];
	enum exit_code code =
		change_record(app, user, CHANGE_EXISTING, close_record, retirement);
	if (code == EXIT_REFUSED && retirement->is_left)
		return EXIT_DONE;
	if (code != EXIT_DONE)
		return code;
	(void)snprintf(detail, sizeof detail, "%s; %zu token%s",
		       retirement->must_be_gone ? "the account was deleted"
						: "by an administrator",
		       retirement->tokens, MFA_PLURAL(retirement->tokens));
	struct change change = { "user.retire", user, NULL, MFA_KIND_NONE, detail };
	(void)printf(
		TR(app, MFA_N_("Retired: %s. No authenticator of this record opens "
			       "for anybody until mfa-enroll adopt %s, or mfa-enroll "
			       "rename %s NEW.")),
		user, user, user);
	(void)fputc('\n', stdout);
	return change_log(app, &change);
}

static enum exit_code retire_run(struct app *app, const struct invocation *invocation)
{
	const char *user = invocation->arguments[0];
	struct retirement retirement = {
		.must_be_gone = invocation->values[OPTION_GONE] != NULL,
	};
	enum exit_code code = app_open(app);
	if (code == EXIT_DONE)
		code = app_find_user(app, USER_STORED, &user);
	if (code != EXIT_DONE)
		return code;
	if (retirement.must_be_gone && !records_have(app->site.store, user))
		return EXIT_DONE;
	return retire_record(app, user, &retirement);
}

const struct command command_retire = {
	.name = "retire",
	.arguments = "USER",
	.least = 1,
	.most = 1,
	.summary = MFA_N_("close the record of a person who has left"),
	.help = MFA_N_(
		"No authenticator of it opens for the next person of that name; they are\n"
		"kept, for the inventory. userdel does this by itself where the hook in\n"
		"shadow-maint is installed."),
	COMMAND_OPTIONS(options),
	.run = retire_run,
};
