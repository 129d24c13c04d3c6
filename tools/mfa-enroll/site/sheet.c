/* SPDX-License-Identifier: BSD-2-Clause */
/* The key on paper: shown on a screen of its own, and typed in. */
#include "site/key_acts.h"

#include <stdio.h>

#include "cli/interrupt.h"
#include "cli/terminal.h"
#include "mfa/key_sheet.h"

/* The alternate screen (xterm); consoles without one are cleared. */
static const char begin_screen[] = "\033[?1049h\033[H\033[J";
static const char end_screen[] = "\033[H\033[J\033[?1049l";

static void free_sheet(struct mfa_key_sheet **sheet)
{
	mfa_locked_free(*sheet);
	*sheet = NULL;
}

static void print_sheet(const struct app *app, const struct mfa_key_sheet *sheet)
{
	(void)fputs(begin_screen, stdout);
	(void)puts(TR(app, MFA_N_("The store key. Write these lines down, with today's "
				  "date and the host's name.")));
	(void)puts(TR(app, MFA_N_("There is no I, L, O or U in them.")));
	(void)fputc('\n', stdout);
	for (unsigned i = 0; i < MFA_KEY_LINES; i++)
		(void)printf("  %u   %s\n", i + 1, sheet->lines[i]);
	(void)fputc('\n', stdout);
}

/* However it ends, the screen is cleared. */
enum exit_code sheet_show(const struct app *app, const struct mfa_secret *key)
{
	MFA_CLEANUP(free_sheet)
	struct mfa_key_sheet *sheet = mfa_locked_new(sizeof *sheet);
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret line = { 0 };
	MFA_CLEANUP(interrupt_release) struct interrupt interrupt = { .is_held = false };
	if (sheet == NULL)
		return app_fail(MFA_ERR_NOMEM, NULL);
	int err = mfa_key_sheet_write(key, sheet);
	if (err != MFA_OK)
		return app_fail(err, NULL);
	interrupt_hold(&interrupt);
	print_sheet(app, sheet);
	err = terminal_ask(TR(app, MFA_N_("Enter clears the screen. ")), ECHO_HIDDEN,
			   &line);
	(void)fputs(end_screen, stdout);
	(void)fflush(stdout);
	if (err == MFA_ERR_ABORT)
		return app_cancel(app);
	return err == MFA_OK || err == MFA_ERR_INVALID ? EXIT_DONE : app_fail(err, NULL);
}

/* Until the line is right, or the person gives up. */
static int ask_line(const struct app *app, unsigned index, struct mfa_key_sheet *sheet)
{
	for (;;) {
		MFA_CLEANUP(mfa_secret_done) struct mfa_secret line = { 0 };
		char prompt[64];
		(void)snprintf(prompt, sizeof prompt, TR(app, MFA_N_("Line %u of %d: ")),
			       index + 1, MFA_KEY_LINES);
		int err = terminal_ask(prompt, ECHO_SHOWN, &line);
		if (err == MFA_OK)
			err = mfa_key_sheet_read_line(sheet, index, (char *)line.data,
						      line.len);
		if (err != MFA_ERR_INVALID)
			return err;
		app_complain(TR(app, MFA_N_("line %u: not what is on the paper; type it "
					    "once more")),
			     index + 1);
	}
}

static int ask_lines(const struct app *app, struct mfa_key_sheet *sheet)
{
	MFA_CLEANUP(interrupt_release) struct interrupt interrupt = { .is_held = false };
	bool is_shown = terminal_is_shown();
	int err = MFA_OK;
	interrupt_hold(&interrupt);
	(void)fputs(is_shown ? begin_screen : "", stdout);
	for (unsigned i = 0; err == MFA_OK && i < MFA_KEY_LINES; i++)
		err = ask_line(app, i, sheet);
	(void)fputs(is_shown ? end_screen : "", stdout);
	(void)fflush(stdout);
	return err;
}

enum exit_code sheet_ask(const struct app *app, struct mfa_secret *ret_key)
{
	MFA_CLEANUP(free_sheet)
	struct mfa_key_sheet *sheet = mfa_locked_new(sizeof *sheet);
	if (sheet == NULL)
		return app_fail(MFA_ERR_NOMEM, NULL);
	int err = ask_lines(app, sheet);
	if (err == MFA_ERR_ABORT)
		return app_cancel(app);
	if (err != MFA_OK)
		return app_fail(err, NULL);
	err = mfa_key_sheet_read(sheet, ret_key);
	if (err == MFA_ERR_INTEGRITY)
		app_complain("%s", TR(app, MFA_N_("each line is right, but they are not "
						  "of one key: lines of two sheets?")));
	else if (err == MFA_ERR_UNSUPPORTED)
		app_complain("%s", TR(app, MFA_N_("of a newer version")));
	return err == MFA_OK	      ? EXIT_DONE
	       : err == MFA_ERR_NOMEM ? app_fail(err, NULL)
				      : EXIT_INTEGRITY;
}
