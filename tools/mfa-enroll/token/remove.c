/* SPDX-License-Identifier: BSD-2-Clause */
/* mfa-enroll remove USER TOKEN */
#include "cli/commands.h"

#include <stdio.h>

#include "cli/change.h"
#include "cli/terminal.h"

struct removal {
	const char *token;
	enum mfa_kind kind;
	bool is_confirmed;
	bool is_last;
};

static enum exit_code remove_token(struct app *app, struct mfa_record *record,
				   void *context)
{
	struct removal *removal = context;
	struct mfa_token *token = change_find_token(app, record, removal->token);
	char question[512];
	if (token == NULL)
		return EXIT_NOT_FOUND;
	removal->is_last = record->token_count == 1;
	(void)snprintf(
		question, sizeof question,
		removal->is_last
			? TR(app, MFA_N_("Remove %s, the last token of %s, who cannot "
					 "log in without? It cannot be undone. [y/N]: "))
			: TR(app, MFA_N_("Remove token %s of %s? It cannot be undone. "
					 "[y/N]: ")),
		token->id, record->user);
	if (!removal->is_confirmed && !terminal_confirm(app, question))
		return app_cancel(app);
	removal->is_confirmed = true;
	removal->kind = token->kind;
	mfa_record_remove(record, token);
	return EXIT_DONE;
}

static enum exit_code remove_run(struct app *app, const struct invocation *invocation)
{
	const char *user = invocation->arguments[0];
	struct removal removal = { .token = invocation->arguments[1] };
	enum exit_code code = app_open(app);
	if (code == EXIT_DONE)
		code = app_find_user(app, USER_STORED, &user);
	if (code == EXIT_DONE)
		code = change_record(app, user, CHANGE_SCRUB, remove_token, &removal);
	if (code != EXIT_DONE)
		return code;
	struct change change = { "token.remove", user, removal.token, removal.kind,
				 removal.is_last ? "the user's last token" : NULL };
	(void)printf(TR(app, MFA_N_("Removed token %s of %s; its secret is erased.")),
		     removal.token, user);
	(void)fputc('\n', stdout);
	return change_log(app, &change);
}

const struct command command_remove = {
	.name = "remove",
	.arguments = "USER TOKEN",
	.least = 2,
	.most = 2,
	.summary = MFA_N_("remove a token and erase its secret"),
	.asks = true,
	.run = remove_run,
};
