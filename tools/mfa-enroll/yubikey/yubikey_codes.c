/* SPDX-License-Identifier: BSD-2-Clause */
#include "yubikey/yubikey_codes.h"

#include <unistd.h>

#include "cli/terminal.h"
#include "mfa/yubikey.h"

static enum exit_code complain_of_code(const struct app *app)
{
	app_complain(TR(app, MFA_N_("an access code is %d hexadecimal digits, not all of "
				    "them 0; nothing was changed")),
		     2 * MFA_YUBIKEY_ACCESS_LEN);
	return EXIT_REFUSED;
}

static enum exit_code ask_code(const struct app *app, const char *question,
			       struct mfa_secret *ret_code)
{
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret line = { 0 };
	int err = terminal_ask(question, ECHO_HIDDEN, &line);
	if (err == MFA_ERR_ABORT)
		return app_cancel(app);
	if (err == MFA_OK)
		err = mfa_yubikey_parse_access((char *)line.data, line.len, ret_code);
	if (err == MFA_ERR_NOMEM)
		return app_fail(err, NULL);
	return err == MFA_OK ? EXIT_DONE : complain_of_code(app);
}

/* A slot with a mistyped code can never be written to again. */
static enum exit_code ask_again(const struct app *app, const char *question,
				const struct mfa_secret *code)
{
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret again = { 0 };
	if (isatty(STDIN_FILENO) != 1)
		return EXIT_DONE;
	enum exit_code result = ask_code(app, question, &again);
	if (result != EXIT_DONE ||
	    mfa_secret_is_equal(again.data, code->data, MFA_YUBIKEY_ACCESS_LEN))
		return result;
	app_complain("%s",
		     TR(app, MFA_N_("the two are not the same; nothing was changed")));
	return EXIT_REFUSED;
}

static enum exit_code ask_new_code(struct app *app, struct yubikey_codes *codes)
{
	enum exit_code code = ask_code(
		app,
		TR(app, MFA_N_("New access code of the slot (12 hexadecimal digits): ")),
		&codes->next);
	return code == EXIT_DONE
		       ? ask_again(app,
				   TR(app, MFA_N_("The new access code once more: ")),
				   &codes->next)
		       : code;
}

/* The slot keeps its code. One that has none gets this one, and does not say so. */
static enum exit_code keep_code(struct app *app, struct yubikey_codes *codes)
{
	enum exit_code code = ask_again(
		app, TR(app, MFA_N_("The access code once more: ")), &codes->now);
	if (code != EXIT_DONE)
		return code;
	int err = mfa_secret_copy(codes->now.data, codes->now.len, &codes->next);
	return err == MFA_OK ? EXIT_DONE : app_fail(err, NULL);
}

enum exit_code yubikey_codes_read(struct app *app, const struct enrolment *enrolment,
				  struct yubikey_codes *ret_codes)
{
	enum exit_code code = EXIT_DONE;
	if (enrolment->values[ADD_ACCESS_CODE] != NULL)
		code = ask_code(
			app,
			TR(app,
			   MFA_N_("Access code of the slot (12 hexadecimal digits): ")),
			&ret_codes->now);
	if (code != EXIT_DONE)
		return code;
	if (enrolment->values[ADD_SET_ACCESS_CODE] != NULL)
		return ask_new_code(app, ret_codes);
	return ret_codes->now.data != NULL ? keep_code(app, ret_codes) : EXIT_DONE;
}

void yubikey_codes_done(struct yubikey_codes *codes)
{
	mfa_secret_done(&codes->now);
	mfa_secret_done(&codes->next);
}

bool yubikey_codes_are_given(const char *const *values)
{
	return values[ADD_ACCESS_CODE] != NULL || values[ADD_SET_ACCESS_CODE] != NULL;
}

enum exit_code yubikey_codes_refuse(const struct app *app, const char *const *values)
{
	if (values[ADD_ACCESS_CODE] != NULL)
		return add_misuse(app, ADD_ACCESS_CODE);
	if (values[ADD_SET_ACCESS_CODE] != NULL)
		return add_misuse(app, ADD_SET_ACCESS_CODE);
	return EXIT_DONE;
}
