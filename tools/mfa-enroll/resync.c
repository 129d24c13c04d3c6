/* mfa-enroll resync USER TOKEN */
#include "commands.h"

#include <stdio.h>
#include <time.h>

#include "act.h"
#include "confirm.h"
#include "mfa/factor.h"

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
		if (err == MFA_ERR_ABORT) {
			app_complain("%s",
				     TR(app, MFA_N_("given up; nothing was changed")));
			return EXIT_REFUSED;
		}
		if (err != MFA_OK)
			return app_fail(err, &(struct mfa_diag){ .text = "" });
	}
	resync->is_asked = true;
	return EXIT_DONE;
}

static struct mfa_attempt attempt_of(struct app *app, const struct resync *resync,
				     size_t i)
{
	const struct mfa_config *config = app->host.config;
	return (struct mfa_attempt){
		.code = (const char *)resync->codes[i].data,
		.len = resync->codes[i].len,
		.now = resync->times[i],
		.zone = mfa_config_zone(config, config->default_zone),
	};
}

static enum exit_code edit(struct app *app, struct mfa_record *record, void *context)
{
	struct resync *resync = context;
	struct mfa_token *token = act_find_token(app, record, resync->token);
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
	struct mfa_attempt first = attempt_of(app, resync, 0);
	struct mfa_attempt second = attempt_of(app, resync, 1);
	int err = factor->resync(token, &first, &second);
	if (err == MFA_ERR_NOTFOUND) {
		app_complain("%s",
			     TR(app, MFA_N_("these are not two codes in a row of this "
					    "token within reach; nothing was changed")));
		return EXIT_REFUSED;
	}
	if (err != MFA_OK)
		return app_fail(err, &(struct mfa_diag){ .text = "" });
	resync->kind = token->kind;
	factor->describe(token, resync->detail);
	return EXIT_DONE;
}

static void resync_done(struct resync *resync)
{
	mfa_secret_done(&resync->codes[0]);
	mfa_secret_done(&resync->codes[1]);
}

static enum exit_code run(struct app *app, const struct invocation *invocation)
{
	const char *user = invocation->arguments[0];
	MFA_CLEANUP(resync_done)
	struct resync resync = { .token = invocation->arguments[1] };
	enum exit_code code = app_open(app);
	if (code == EXIT_DONE)
		code = app_find_user(app, USER_STORED, &user);
	if (code == EXIT_DONE)
		code = act_edit(app, user, ACT_EXISTING, edit, &resync);
	if (code != EXIT_DONE)
		return code;
	struct act act = { "token.resync", user, resync.token, resync.kind,
			   resync.detail };
	(void)printf(TR(app, MFA_N_("Resynced: token %s of %s (%s).")), resync.token,
		     user, resync.detail);
	(void)fputc('\n', stdout);
	return act_record(app, &act);
}

const struct command command_resync = {
	.name = "resync",
	.arguments = "USER TOKEN",
	.least = 2,
	.most = 2,
	.summary = MFA_N_("find a token's clock or counter again from two codes"),
	.run = run,
};
