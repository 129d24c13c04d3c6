/* SPDX-License-Identifier: BSD-2-Clause */
/* mfa-enroll resync USER TOKEN, and --future */
#include "cli/commands.h"

#include <stdio.h>
#include <time.h>

#include "cli/change.h"
#include "records/output.h"
#include "token/confirm.h"
#include "token/resync_future.h"

enum {
	FUTURE
};

struct resync {
	const char *token;
	enum mfa_kind kind;
	bool is_asked;
	struct mfa_secret codes[2];
	int64_t times[2];
	char detail[MFA_DESCRIPTION_SIZE];
};

static enum exit_code ask_codes(struct app *app, struct resync *resync)
{
	static const char *const prompts[2] = {
		MFA_N_("Type the code that is shown: "),
		MFA_N_("Type the next code: "),
	};
	for (size_t i = 0; i < MFA_COUNT(prompts); i++) {
		int err = confirm_ask_code(TR(app, prompts[i]), &resync->codes[i]);
		resync->times[i] = time(NULL);
		if (err == MFA_ERR_ABORT)
			return app_cancel(app);
		if (err != MFA_OK)
			return app_fail(err, NULL);
	}
	resync->is_asked = true;
	return EXIT_DONE;
}

static struct mfa_attempt code_attempt(struct app *app, const struct resync *resync,
				       size_t i)
{
	const struct mfa_config *config = app->site.config;
	return (struct mfa_attempt){
		.code = (const char *)resync->codes[i].data,
		.len = resync->codes[i].len,
		.now = resync->times[i],
		.zone = mfa_config_zone(config, config->default_zone),
	};
}

static enum exit_code refuse_resync(const struct app *app, const char *user,
				    const struct mfa_token *token)
{
	const struct view view = output_view(app->site.config);
	struct mfa_clock clock = { 0 };
	if (output_read_clock(&view, token, &clock) && clock.refused_until != 0) {
		char until[MFA_TIME_SIZE];
		output_format_time(clock.refused_until, until);
		app_complain(TR(app, MFA_N_("token %s of %s is refused until %s, as its "
					    "last accepted code is of that time; nothing "
					    "was changed. See: mfa-enroll show %s")),
			     token->id, user, until, user);
	} else {
		app_complain("%s",
			     TR(app, MFA_N_("these are not two codes in a row of this "
					    "token within reach; nothing was changed")));
	}
	return EXIT_REFUSED;
}

static enum exit_code resync_token(struct app *app, struct mfa_record *record,
				   void *context)
{
	struct resync *resync = context;
	struct mfa_token *token = change_find_token(app, record, resync->token);
	if (token == NULL)
		return EXIT_NOT_FOUND;
	const struct mfa_factor_ops *factor = mfa_factor_find(token->kind);
	if (factor == NULL || factor->resync == NULL) {
		app_complain(TR(app, MFA_N_("a %s token has nothing to resync")),
			     mfa_kind_name(token->kind));
		return EXIT_REFUSED;
	}
	enum exit_code code = resync->is_asked ? EXIT_DONE : ask_codes(app, resync);
	if (code != EXIT_DONE)
		return code;
	struct mfa_attempt first = code_attempt(app, resync, 0);
	struct mfa_attempt second = code_attempt(app, resync, 1);
	int err = factor->resync(token, &first, &second);
	if (err == MFA_ERR_NOTFOUND)
		return refuse_resync(app, record->user, token);
	if (err != MFA_OK)
		return app_fail(err, NULL);
	resync->kind = token->kind;
	factor->describe(token, resync->detail);
	return EXIT_DONE;
}

static void resync_done(struct resync *resync)
{
	mfa_secret_done(&resync->codes[0]);
	mfa_secret_done(&resync->codes[1]);
}

static enum exit_code resync_one(struct app *app, const struct invocation *invocation)
{
	const char *user = invocation->arguments[0];
	MFA_CLEANUP(resync_done)
	struct resync resync = { .token = invocation->arguments[1] };
	enum exit_code code = app_open(app);
	if (code == EXIT_DONE)
		code = app_find_user(app, USER_STORED, &user);
	if (code == EXIT_DONE)
		code = change_record(app, user, CHANGE_EXISTING, resync_token, &resync);
	if (code != EXIT_DONE)
		return code;
	struct change change = { "token.resync", user, resync.token, resync.kind,
				 resync.detail };
	(void)printf(TR(app, MFA_N_("Resynced: token %s of %s (%s).")), resync.token,
		     user, resync.detail);
	(void)fputc('\n', stdout);
	return change_log(app, &change);
}

static enum exit_code resync_run(struct app *app, const struct invocation *invocation)
{
	bool is_future = invocation->values[FUTURE] != NULL;
	if (invocation->count != (is_future ? 0 : 2)) {
		app_complain("%s", TR(app, MFA_N_("resync takes USER and TOKEN, or "
						  "--future alone")));
		return EXIT_USAGE;
	}
	return is_future ? resync_future(app) : resync_one(app, invocation);
}

static const struct option_spec options[] = {
	[FUTURE] = { "future", NULL,
		     MFA_N_("every token that is refused until a later time") },
};

const struct command command_resync = {
	.name = "resync",
	.arguments = "USER TOKEN | --future",
	.least = 0,
	.most = 2,
	.summary = MFA_N_("find a token's clock or counter again from two codes"),
	.help = MFA_N_(
		"--future is for after a clock that was ahead: tokens whose last accepted\n"
		"code is of a later time are refused until then. It asks whether the clock\n"
		"is right now, and makes them accept the codes that come from now on."),
	.asks = true,
	COMMAND_OPTIONS(options),
	.run = resync_run,
};
