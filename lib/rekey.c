#include "mfa/rekey.h"

#include "mfa/key.h"
#include "mfa/words.h"

static int collect(void *context, const char *user)
{
	return mfa_words_add(context, user);
}

static int list_names(struct mfa_host *host, struct mfa_diag *diag,
		      struct mfa_words *names)
{
	int err = collect(names, MFA_DECOY_USER);
	if (err == MFA_OK)
		err = mfa_store_list(host->store, collect, names, diag);
	return err == MFA_ERR_NOMEM ? mfa_fail(diag, err, "out of memory") : err;
}

static bool goes_on(const struct mfa_rekey_watch *watch, size_t done, size_t total)
{
	return watch == NULL || watch->step(watch->context, done, total);
}

int mfa_rekey_check(struct mfa_host *host, const struct mfa_rekey_watch *watch,
		    struct mfa_diag *diag, struct mfa_rekey_report *ret_report)
{
	MFA_CLEANUP(mfa_words_done) struct mfa_words names = { 0 };
	int err = list_names(host, diag, &names);
	struct mfa_record *record = mfa_store_workspace(host->store);
	for (size_t i = 0; err == MFA_OK && i < names.count; i++) {
		err = mfa_store_read(host->store, names.items[i], diag, record);
		if (err == MFA_ERR_NOTFOUND) /* removed meanwhile */
			err = MFA_OK;
		if (err == MFA_OK && !goes_on(watch, i + 1, names.count))
			err = mfa_fail(diag, MFA_ERR_ABORT, "stopped");
	}
	mfa_wipe(record, sizeof *record);
	if (err == MFA_OK)
		*ret_report = (struct mfa_rekey_report){ .records = names.count };
	return err;
}

static int reseal_all(struct mfa_host *host, const struct mfa_rekey_watch *watch,
		      struct mfa_diag *diag, struct mfa_rekey_report *report)
{
	MFA_CLEANUP(mfa_words_done) struct mfa_words names = { 0 };
	int err = list_names(host, diag, &names);
	for (size_t i = 0; err == MFA_OK && i < names.count; i++) {
		bool is_changed = false;
		err = mfa_store_reseal(host->store, names.items[i], diag, &is_changed);
		if (err == MFA_ERR_NOTFOUND) /* removed meanwhile */
			err = MFA_OK;
		report->resealed += is_changed;
		if (err == MFA_OK && !goes_on(watch, i + 1, names.count))
			return mfa_fail(diag, MFA_ERR_ABORT, "stopped");
	}
	report->records = names.count;
	return err;
}

static int take_next_key(struct mfa_host *host, struct mfa_diag *diag, bool *ret_resumed)
{
	const char *source = host->config->key;
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret next = { 0 };
	int err = mfa_key_create_next(source, &host->key, diag);
	*ret_resumed = err == MFA_ERR_EXISTS;
	if (err == MFA_OK || err == MFA_ERR_EXISTS)
		err = mfa_key_load_next(source, diag, &next);
	if (err == MFA_OK)
		err = mfa_store_use_next(host->store, &next, diag);
	return err;
}

/* Waits until nobody uses the old key without knowing the next one. */
static int wait_for_others(struct mfa_host *host, struct mfa_diag *diag)
{
	int err = mfa_key_hold(host->config->key, host->key_hold, true, diag);
	if (err == MFA_OK)
		err = mfa_key_hold(host->config->key, host->key_hold, false, diag);
	return err;
}

int mfa_rekey_run(struct mfa_host *host, const struct mfa_rekey_watch *watch,
		  struct mfa_diag *diag, struct mfa_rekey_report *ret_report)
{
	struct mfa_rekey_report report = { 0 };
	const char *source = host->config->key;
	int err = take_next_key(host, diag, &report.was_resumed);
	if (err == MFA_OK)
		err = wait_for_others(host, diag);
	if (err == MFA_OK)
		err = reseal_all(host, watch, diag, &report);
	/* alone: who was enrolled meanwhile is looked at, and then the keys change */
	if (err == MFA_OK)
		err = mfa_key_hold(source, host->key_hold, true, diag);
	if (err == MFA_OK)
		err = reseal_all(host, NULL, diag, &report);
	if (err == MFA_OK)
		err = mfa_key_switch(source, diag);
	if (err == MFA_OK)
		*ret_report = report;
	return err;
}
