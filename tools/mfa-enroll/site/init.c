/* SPDX-License-Identifier: BSD-2-Clause */
/* mfa-enroll init */
#include "cli/commands.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/change.h"
#include "mfa/factor.h"
#include "mfa/fs.h"
#include "mfa/key.h"
#include "mfa/rootfs.h"
#include "mfa/seal.h"
#include "records/records.h"
#include "site/factors.h"

enum {
	FACTORS,
	IN_MEMORY
};

static const struct option_spec options[] = {
	[FACTORS] = { "factors", "LIST",
		      MFA_N_("kinds of token in use, the usual one first") },
	[IN_MEMORY] = { "in-memory", NULL,
			MFA_N_("also where the next start empties (tmpfs)") },
};

/* What is going on, and whether anything was missing. */
struct work {
	struct app *app;
	struct mfa_diag diag;
	const char *factors; /* --factors, or NULL */
	bool is_made;
	bool may_be_in_memory;
};

static void tell_made(struct work *work, const char *what)
{
	work->is_made = true;
	(void)printf(TR(work->app, MFA_N_("Made: %s")), what);
	(void)fputc('\n', stdout);
}

/* The folder of a file, one level, root's alone. */
static int make_parent(struct work *work, const char *path)
{
	const char *slash = strrchr(path, '/');
	if (slash == NULL || slash == path)
		return MFA_OK;
	MFA_CLEANUP(mfa_free_string) char *folder = strndup(path, (size_t)(slash - path));
	if (folder == NULL)
		return mfa_fail(&work->diag, MFA_ERR_NOMEM, "out of memory");
	bool is_made = false;
	int err = mfa_fs_make_dir(folder, &work->diag, &is_made);
	if (err == MFA_OK && is_made)
		tell_made(work, folder);
	return err;
}

static int write_config(struct work *work, const char *path, const char *factors)
{
	MFA_CLEANUP(mfa_free_string) char *text = factors_write_sample(factors);
	if (text == NULL)
		return mfa_fail(&work->diag, MFA_ERR_NOMEM, "out of memory");
	const struct mfa_fs_content sample = { text, strlen(text), 0600 };
	int err = make_parent(work, path);
	if (err == MFA_OK)
		err = mfa_fs_create(path, &sample, &work->diag);
	if (err == MFA_ERR_EXISTS) {
		(void)printf(TR(work->app, MFA_N_("%s is there already: --factors was "
						  "not used")),
			     path);
		(void)fputc('\n', stdout);
		return MFA_OK;
	}
	if (err == MFA_OK)
		tell_made(work, path);
	return err;
}

/* Nothing is asked for a configuration that is there. */
static enum exit_code make_config(struct work *work, const char *path)
{
	MFA_CLEANUP(mfa_free_string) char *factors = NULL;
	if (access(path, F_OK) == 0 && work->factors == NULL)
		return EXIT_DONE;
	enum exit_code code = factors_choose(work->app, work->factors, &factors);
	if (code != EXIT_DONE)
		return code;
	int err = write_config(work, path, factors);
	return err == MFA_OK ? EXIT_DONE : app_fail(err, &work->diag);
}

/* A new key beside old records would lock everybody out: the old one must be found. */
static int check_no_records(const struct mfa_config *config, struct mfa_diag *diag)
{
	bool is_found = false;
	int err = records_find(config->store, diag, &is_found);
	if (err == MFA_OK && is_found)
		return mfa_fail(
			diag, MFA_ERR_EXISTS,
			"%s: the store has records, but their key is missing: restore it "
			"(mfa-enroll key restore FILE), as a new key could not read them",
			config->key);
	return err;
}

static int make_store_key(struct work *work, const struct mfa_config *config)
{
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret key = { 0 };
	const char *path = strchr(config->key, ':') + 1;
	int err = make_parent(work, path);
	if (err == MFA_OK)
		err = mfa_key_load(config->key, &work->diag, &key);
	if (err != MFA_ERR_NOTFOUND)
		return err;
	err = check_no_records(config, &work->diag);
	if (err == MFA_OK && !work->may_be_in_memory)
		err = mfa_key_check_durable(config->key, &work->diag);
	if (err == MFA_OK)
		err = mfa_key_create(config->key, &work->diag);
	if (err == MFA_OK)
		tell_made(work, path);
	return err;
}

/* None, if no rekey is going on. */
static int load_next_key(const struct mfa_config *config, struct mfa_diag *diag,
			 struct mfa_secret *ret_next)
{
	int err = mfa_key_load_next(config->key, diag, ret_next);
	return err == MFA_ERR_NOTFOUND ? MFA_OK : err;
}

/* While a rekey is unfinished decoys may be sealed under the next key already. The key is
 * held meanwhile, so that no rekey ends and leaves a new decoy under the old key. */
static int make_store(struct work *work, const struct mfa_config *config)
{
	bool is_made = false;
	const char *path = strchr(config->store, ':') + 1;
	bool is_there = mfa_rootfs_is_folder("", path);
	MFA_CLEANUP(mfa_close_fd) int hold = -1;
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret key = { 0 };
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret next = { 0 };
	if (mfa_secret_alloc(MFA_KEY_SIZE, &key) != MFA_OK)
		return mfa_fail(&work->diag, MFA_ERR_NOMEM, "out of memory");
	int err = mfa_key_load_held(config->key, &work->diag, key.data, &hold);
	if (err == MFA_OK)
		err = load_next_key(config, &work->diag, &next);
	const struct mfa_store_keys keys = { &key, next.data != NULL ? &next : NULL };
	if (err == MFA_OK)
		err = mfa_store_prepare(config->store, &keys, mfa_factor_fill_decoy,
					&work->diag, &is_made);
	if (err == MFA_OK && is_made && is_there) {
		work->is_made = true;
		(void)printf(TR(work->app, MFA_N_("Made: decoy records in %s")), path);
		(void)fputc('\n', stdout);
	} else if (err == MFA_OK && is_made)
		tell_made(work, path);
	return err;
}

static int make_all(struct work *work, const char *path)
{
	struct mfa_site site = { 0 };
	int err = mfa_site_load(path, &work->diag, &site);
	if (err == MFA_OK)
		err = make_store_key(work, site.config);
	if (err == MFA_OK)
		err = make_parent(work, site.config->audit);
	if (err == MFA_OK)
		err = make_store(work, site.config);
	mfa_site_done(&site);
	return err;
}

static enum exit_code init_run(struct app *app, const struct invocation *invocation)
{
	struct work work = { .app = app };
	const char *path = app->config_path != NULL ? app->config_path : MFA_CONFIG_PATH;
	work.factors = invocation->values[FACTORS];
	work.may_be_in_memory = invocation->values[IN_MEMORY] != NULL;
	enum exit_code code = app_identify(app);
	if (code == EXIT_DONE)
		code = make_config(&work, path);
	if (code != EXIT_DONE)
		return code;
	int err = make_all(&work, path);
	if (err != MFA_OK)
		return app_fail(err, &work.diag);
	code = app_open(app);
	if (code == EXIT_DONE && work.is_made) {
		struct change change = { "store.init", NULL, NULL, MFA_KIND_NONE, NULL };
		code = change_log(app, &change);
	}
	if (code == EXIT_DONE)
		(void)puts(
			TR(app, MFA_N_("Ready. Keep a copy of the store key: mfa-enroll "
				       "key copy FILE")));
	return code;
}

const struct command command_init = {
	.name = "init",
	.arguments = "",
	.least = 0,
	.most = 0,
	.summary = MFA_N_("make what is missing of configuration, key and store"),
	.help = MFA_N_("Asks which kinds of token you use, for a new configuration.\n"
		       "Never overwrites anything; run it as often as you like."),
	COMMAND_OPTIONS(options),
	.run = init_run,
};
