/* SPDX-License-Identifier: BSD-2-Clause */
/* mfa-enroll key copy */
#include "site/key_acts.h"

#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/change.h"
#include "cli/terminal.h"
#include "mfa/site.h"
#include "mfa/text.h"

/* A copy holds one key. While a rekey is unfinished there are two, and that of now is no
 * good afterwards. */
static enum exit_code check_settled(const struct app *app)
{
	if (app->site.next_key.data == NULL)
		return EXIT_DONE;
	app_complain("%s", TR(app, MFA_N_("a rekey is unfinished, so there are two keys: "
					  "finish it first (mfa-enroll rekey), then copy "
					  "the new one")));
	return EXIT_REFUSED;
}

/* The key as it is now; the host is closed again, since what follows takes time. */
static enum exit_code take_key(struct app *app, struct mfa_key_copy *copy)
{
	struct mfa_diag diag = { .text = "" };
	int err = app_open_site(app, &diag);
	if (err != MFA_OK)
		return app_fail(err, &diag);
	enum exit_code code = check_settled(app);
	if (code == EXIT_DONE &&
	    mfa_secret_copy(app->site.key.data, app->site.key.len, &copy->key) != MFA_OK)
		code = app_fail(MFA_ERR_NOMEM, NULL);
	mfa_site_close(&app->site);
	copy->time = time(NULL);
	char host[MFA_KEY_HOST_SIZE] = "";
	if (gethostname(host, sizeof host - 1) == 0 &&
	    mfa_text_is_label(host, sizeof host))
		(void)snprintf(copy->host, sizeof copy->host, "%s", host);
	return code;
}

/* Before anybody thinks of a passphrase. */
static enum exit_code check_free(const struct app *app, const char *file)
{
	struct stat status;
	if (lstat(file, &status) != 0)
		return EXIT_DONE;
	app_complain(TR(app, MFA_N_("%s is there already, and is not overwritten")),
		     file);
	return EXIT_REFUSED;
}

static int write_file(const struct mfa_key_copy *copy, const char *file,
		      const struct mfa_secret *passphrase, struct mfa_diag *diag)
{
	unsigned char bytes[MFA_KEY_COPY_SIZE];
	int err = mfa_key_copy_seal(copy, passphrase, &mfa_key_copy_cost, bytes);
	if (err != MFA_OK)
		return mfa_fail(diag, err, "cannot seal the copy, which takes %u MiB: %s",
				mfa_key_copy_cost.memory_kib / 1024, mfa_strerror(err));
	return mfa_key_copy_write(file, bytes, diag);
}

static enum exit_code copy_to_file(struct app *app, const struct key_wish *wish,
				   struct mfa_key_copy *copy)
{
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret passphrase = { 0 };
	struct mfa_diag diag = { .text = "" };
	enum exit_code code = check_free(app, wish->file);
	if (code == EXIT_DONE)
		code = passphrase_choose(app, &passphrase);
	if (code == EXIT_DONE)
		code = take_key(app, copy);
	if (code != EXIT_DONE)
		return code;
	change_hold_signals(app);
	int err = write_file(copy, wish->file, &passphrase, &diag);
	return err == MFA_OK ? EXIT_DONE : app_fail(err, &diag);
}

static enum exit_code copy_to_paper(struct app *app, struct mfa_key_copy *copy)
{
	if (!terminal_is_shown()) {
		app_complain("%s", TR(app, MFA_N_("--words: the key is shown on a "
						  "terminal, and nowhere else")));
		return EXIT_REFUSED;
	}
	enum exit_code code = take_key(app, copy);
	return code == EXIT_DONE ? sheet_show(app, &copy->key) : code;
}

enum exit_code key_copy_act(struct app *app, const struct key_wish *wish)
{
	MFA_CLEANUP(mfa_key_copy_done) struct mfa_key_copy copy = { .time = 0 };
	char facts[KEY_FACTS_SIZE];
	enum exit_code code = app_open(app);
	if (code == EXIT_DONE)
		code = check_settled(app);
	if (code != EXIT_DONE)
		return code;
	mfa_site_close(&app->site); /* a person thinks meanwhile */
	code = wish->file != NULL ? copy_to_file(app, wish, &copy)
				  : copy_to_paper(app, &copy);
	if (code != EXIT_DONE)
		return code;
	code = key_log(app, "store.key-copy", wish, &copy.key);
	key_write_facts(app, &copy, facts);
	(void)printf(TR(app, MFA_N_("Copied: %s. Verify the copy now: mfa-enroll key "
				    "verify-copy %s")),
		     facts, wish->file != NULL ? wish->file : "--words");
	(void)fputc('\n', stdout);
	return code;
}
