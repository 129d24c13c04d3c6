/* SPDX-License-Identifier: BSD-2-Clause */
/* mfa-enroll key restore */
#include "site/key_acts.h"

#include <stdio.h>

#include "cli/change.h"
#include "cli/terminal.h"
#include "mfa/key.h"
#include "mfa/key_trial.h"

/* As app_open, where the key is missing. */
static enum exit_code load_site(struct app *app)
{
	struct mfa_diag diag = { .text = "" };
	enum exit_code code = app_identify(app);
	if (code != EXIT_DONE)
		return code;
	int err = mfa_site_load(app->config_path, &diag, &app->site);
	if (err != MFA_OK)
		return app_fail(err, &diag);
	app_use_language(app, app->site.config->language);
	return EXIT_DONE;
}

/* A key that is there is replaced only if it opens nothing; then nothing is lost. */
static enum exit_code try_present(const struct app *app, const struct key_wish *wish,
				  bool *ret_is_there)
{
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret present = { 0 };
	const struct mfa_config *config = app->site.config;
	struct mfa_diag diag = { .text = "" };
	struct mfa_key_trial trial = { 0 };
	int err = mfa_key_load(config->key, &diag, &present);
	*ret_is_there = err != MFA_ERR_NOTFOUND;
	if (err == MFA_ERR_NOTFOUND)
		return EXIT_DONE;
	if (err != MFA_OK && err != MFA_ERR_INVALID) /* a key of another size */
		return app_fail(err, &diag);
	if (err == MFA_OK)
		err = mfa_key_try(config, &present, &diag, &trial);
	else
		err = MFA_OK;
	if (err != MFA_OK)
		return app_fail(err, &diag);
	if (trial.opened > 0 || (trial.closed == 0 && present.data != NULL)) {
		app_complain("%s", TR(app, MFA_N_("there is a store key, and it is the "
						  "store's: nothing to restore")));
		return EXIT_REFUSED;
	}
	if (wish->replaces)
		return EXIT_DONE;
	app_complain("%s", TR(app, MFA_N_("there is a store key, but it opens no record: "
					  "restore --replace puts the copy's in its "
					  "place")));
	return EXIT_REFUSED;
}

static enum exit_code try_copy(const struct app *app, const struct mfa_key_copy *copy)
{
	struct mfa_diag diag = { .text = "" };
	struct mfa_key_trial trial = { 0 };
	int err = mfa_key_try(app->site.config, &copy->key, &diag, &trial);
	if (err != MFA_OK)
		return app_fail(err, &diag);
	if (trial.opened == 0 && trial.closed > 0) {
		app_complain("%s", TR(app, MFA_N_("the copy is sound, but opens none of "
						  "the store's records: it is of an "
						  "older key, or of another host. "
						  "Nothing was changed")));
		return EXIT_INTEGRITY;
	}
	if (trial.closed > 0)
		app_complain(TR(app, MFA_N_("records that this key does not open: %zu of "
					    "%zu; they are damaged, or of a rekey that "
					    "was cut off. See: mfa-enroll list")),
			     trial.closed, trial.closed + trial.opened);
	return EXIT_DONE;
}

static enum exit_code put_key(struct app *app, const struct mfa_key_copy *copy,
			      bool is_there)
{
	struct mfa_diag diag = { .text = "" };
	const char *question =
		TR(app, MFA_N_("Put the copy's key in the place of the one "
			       "that opens nothing? [y/N]: "));
	if (is_there && !terminal_confirm(app, question))
		return app_cancel(app);
	change_hold_signals(app);
	int err = mfa_key_put(app->site.config->key, &copy->key, is_there, &diag);
	if (err == MFA_OK)
		err = app_open_site(app, &diag);
	return err == MFA_OK ? EXIT_DONE : app_fail(err, &diag);
}

enum exit_code key_restore_act(struct app *app, const struct key_wish *wish)
{
	MFA_CLEANUP(mfa_key_copy_done) struct mfa_key_copy copy = { .time = 0 };
	char facts[KEY_FACTS_SIZE];
	bool is_there = false;
	enum exit_code code = load_site(app);
	if (code == EXIT_DONE)
		code = try_present(app, wish, &is_there);
	if (code == EXIT_DONE)
		code = key_read_copy(app, wish, &copy);
	if (code == EXIT_DONE)
		code = try_copy(app, &copy);
	if (code == EXIT_DONE)
		code = put_key(app, &copy, is_there);
	if (code != EXIT_DONE)
		return code;
	key_write_facts(app, &copy, facts);
	(void)printf(TR(app, MFA_N_("Restored: %s. The copy is as good as before; keep "
				    "it.")),
		     facts);
	(void)fputc('\n', stdout);
	code = key_note(app, &copy.key); /* it is verified by this */
	enum exit_code logged = key_log(app, "store.key-restore", wish, &copy.key);
	return code == EXIT_DONE ? logged : code;
}
