/* SPDX-License-Identifier: BSD-2-Clause */
/* Passphrases of copies. Only of characters that every keyboard and console has: a copy
 * is opened years later, somewhere else. */
#include "site/key_acts.h"

#include <stdio.h>
#include <string.h>

#include "cli/terminal.h"

enum {
	LENGTH_MIN = 16,
	DIFFERENT_MIN = 6,
};

static bool is_ascii_text(const struct mfa_secret *text)
{
	for (size_t i = 0; i < text->len; i++)
		if (text->data[i] < ' ' || text->data[i] > '~')
			return false;
	return true;
}

static size_t count_different(const struct mfa_secret *text)
{
	bool is_there[256] = { false };
	size_t count = 0;
	for (size_t i = 0; i < text->len; i++) {
		count += !is_there[text->data[i]];
		is_there[text->data[i]] = true;
	}
	mfa_wipe(is_there, sizeof is_there);
	return count;
}

static enum exit_code fail_ask(const struct app *app, int err)
{
	return err == MFA_ERR_ABORT ? app_cancel(app) : app_fail(err, NULL);
}

enum exit_code passphrase_ask(const struct app *app, struct mfa_secret *ret_passphrase)
{
	int err = terminal_ask(TR(app, MFA_N_("Passphrase of the copy: ")), ECHO_HIDDEN,
			       ret_passphrase);
	return err == MFA_OK ? EXIT_DONE : fail_ask(app, err);
}

static enum exit_code check_strength(const struct app *app, const struct mfa_secret *text)
{
	if (!is_ascii_text(text)) {
		app_complain("%s", TR(app, MFA_N_("only ASCII letters, digits, signs and "
						  "spaces: others cannot be typed at "
						  "every console")));
		return EXIT_REFUSED;
	}
	if (text->len < LENGTH_MIN || count_different(text) < DIFFERENT_MIN) {
		app_complain(TR(app, MFA_N_("too weak: at least %d characters, %d of "
					    "them different")),
			     LENGTH_MIN, DIFFERENT_MIN);
		return EXIT_REFUSED;
	}
	return EXIT_DONE;
}

enum exit_code passphrase_choose(const struct app *app, struct mfa_secret *ret_passphrase)
{
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret first = { 0 };
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret second = { 0 };
	(void)printf(
		TR(app, MFA_N_("Anybody who has the copy and its passphrase has the key. "
			       "At least %d characters, as five words chosen by "
			       "dice; keep it apart from the copy.")),
		LENGTH_MIN);
	(void)fputc('\n', stdout);
	int err = terminal_ask(TR(app, MFA_N_("New passphrase: ")), ECHO_HIDDEN, &first);
	if (err != MFA_OK)
		return fail_ask(app, err);
	enum exit_code code = check_strength(app, &first);
	if (code != EXIT_DONE)
		return code;
	err = terminal_ask(TR(app, MFA_N_("The same once more: ")), ECHO_HIDDEN, &second);
	if (err != MFA_OK)
		return fail_ask(app, err);
	if (first.len != second.len ||
	    !mfa_secret_is_equal(first.data, second.data, first.len)) {
		app_complain("%s", TR(app, MFA_N_("the two are not the same; nothing was "
						  "written")));
		return EXIT_REFUSED;
	}
	*ret_passphrase = first;
	first = (struct mfa_secret){ 0 };
	return EXIT_DONE;
}
