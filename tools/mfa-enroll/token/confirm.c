/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/confirm.h"

#include <stdio.h>
#include <time.h>

#include "cli/terminal.h"
#include "mfa/factor.h"
#include "mfa/typed_code.h"

enum {
	CODES = 2,
	TRIES = 5
};

int confirm_ask_code(const char *prompt, struct mfa_secret *ret_code)
{
	int err = terminal_ask(prompt, ECHO_SHOWN, ret_code);
	if (err == MFA_OK)
		ret_code->len =
			mfa_text_normalize_code((char *)ret_code->data, ret_code->len);
	return err;
}

static const char *code_advice(enum mfa_check check)
{
	switch (check) {
	case MFA_CHECK_USED:
		return MFA_N_("That code was used already. Wait for the next "
			      "one.");
	case MFA_CHECK_MISFIT:
		return MFA_N_("That has the wrong number of digits.");
	case MFA_CHECK_CLOCK:
	case MFA_CHECK_WRONG:
	case MFA_CHECK_RIGHT:
		break;
	}
	return MFA_N_("That does not match. Check the clock, and type the next code.");
}

static int check_code(struct app *app, struct mfa_token *token, const char *prompt,
		      enum mfa_check *ret_check)
{
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret code = { 0 };
	int err = confirm_ask_code(prompt, &code);
	if (err != MFA_OK)
		return err;
	struct mfa_attempt attempt = {
		.code = (const char *)code.data,
		.len = code.len,
		.now = time(NULL),
		.zone = mfa_config_zone(app->site.config, app->site.config->default_zone),
	};
	const struct mfa_factor_ops *factor = mfa_factor_find(token->kind);
	struct mfa_advance advance;
	err = factor->verify(token, &attempt, ret_check, &advance);
	if (err == MFA_OK && *ret_check == MFA_CHECK_RIGHT)
		err = factor->advance(token, &advance);
	return err;
}

static enum exit_code cancel_confirmation(const struct app *app, bool has_changed)
{
	if (!has_changed)
		return app_cancel(app);
	app_complain("%s", TR(app, MFA_N_("cancelled")));
	return EXIT_REFUSED;
}

enum exit_code confirm_token(struct app *app, struct mfa_token *token, bool has_changed)
{
	int right = 0;
	for (int wrong = 0; wrong < TRIES;) {
		char prompt[256];
		enum mfa_check check = MFA_CHECK_WRONG;
		(void)snprintf(
			prompt, sizeof prompt,
			TR(app, MFA_N_("Type the code that is shown (check %d of %d): ")),
			right + 1, CODES);
		int err = check_code(app, token, prompt, &check);
		if (err == MFA_ERR_ABORT)
			return cancel_confirmation(app, has_changed);
		if (err != MFA_OK)
			return app_fail(err, NULL);
		if (check == MFA_CHECK_RIGHT && ++right == CODES)
			return EXIT_DONE;
		if (check == MFA_CHECK_RIGHT) {
			(void)puts(TR(app, MFA_N_("Right. Wait for the next code.")));
		} else {
			(void)puts(TR(app, code_advice(check)));
			wrong++;
		}
	}
	app_complain("%s", TR(app, has_changed ? MFA_N_("too many wrong codes")
					       : MFA_N_("too many wrong codes; nothing "
							"was changed")));
	return EXIT_REFUSED;
}
