/* SPDX-License-Identifier: BSD-2-Clause */
/* mfa-enroll suspend|resume USER TOKEN */
#include "cli/commands.h"

#include <stdio.h>

#include "cli/change.h"
#include "records/output.h"

struct state_change {
	const char *token;
	enum mfa_state state;
	enum mfa_kind kind;
	bool is_closed; /* the record opens for nobody, whatever its tokens are */
};

static enum exit_code set_token_state(struct app *app, struct mfa_record *record,
				      void *context)
{
	struct state_change *wanted = context;
	struct mfa_token *token = change_find_token(app, record, wanted->token);
	if (token == NULL)
		return EXIT_NOT_FOUND;
	if (token->state == wanted->state) {
		app_complain(TR(app, MFA_N_("token %s is %s already")), token->id,
			     TR(app, output_state_word(token->state)));
		return EXIT_REFUSED;
	}
	token->state = wanted->state;
	wanted->kind = token->kind;
	wanted->is_closed = record->is_retired || record->is_moving;
	return EXIT_DONE;
}

static enum exit_code change_state(struct app *app, const struct invocation *invocation,
				   enum mfa_state state, const char *event)
{
	const char *user = invocation->arguments[0];
	struct state_change wanted = { .token = invocation->arguments[1],
				       .state = state };
	enum exit_code code = app_open(app);
	if (code == EXIT_DONE)
		code = app_find_user(app, USER_STORED, &user);
	if (code == EXIT_DONE)
		code = change_record(app, user, CHANGE_EXISTING, set_token_state,
				     &wanted);
	if (code != EXIT_DONE)
		return code;
	if (wanted.is_closed && state == MFA_STATE_ACTIVE)
		app_complain(TR(app, MFA_N_("no token of %s opens: see mfa-enroll show "
					    "%s")),
			     user, user);
	struct change change = { event, user, wanted.token, wanted.kind, NULL };
	(void)printf(TR(app, MFA_N_("Token %s of %s: %s.")), wanted.token, user,
		     TR(app, output_state_word(state)));
	(void)fputc('\n', stdout);
	return change_log(app, &change);
}

static enum exit_code suspend_run(struct app *app, const struct invocation *invocation)
{
	return change_state(app, invocation, MFA_STATE_SUSPENDED, "token.suspend");
}

static enum exit_code resume_run(struct app *app, const struct invocation *invocation)
{
	return change_state(app, invocation, MFA_STATE_ACTIVE, "token.resume");
}

const struct command command_suspend = {
	.name = "suspend",
	.arguments = "USER TOKEN",
	.least = 2,
	.most = 2,
	.summary = MFA_N_("suspend a token"),
	.run = suspend_run,
};

const struct command command_resume = {
	.name = "resume",
	.arguments = "USER TOKEN",
	.least = 2,
	.most = 2,
	.summary = MFA_N_("resume a suspended token"),
	.run = resume_run,
};
