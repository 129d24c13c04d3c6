/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/rekey.h"

#include "mfa/audit_bridge.h"
#include "mfa/key.h"
#include "mfa/seal.h"
#include "mfa/strings.h"

_Static_assert(MFA_REKEY_HASH_SIZE == 2 * AUDIT_MAC_SIZE + 1, "hash");

enum {
	SWAPS_MAX = 100, /* logins of unknown users may write the decoy's record */
	PEOPLE = 1 + MFA_DECOYS, /* among the names the first one who is no decoy */
};

/* A rekey in progress. */
struct work {
	struct audit_scan scan; /* of the trail */
	struct mfa_site *site;
	const struct mfa_rekey_options *options;
	struct mfa_rekey_report report;
	bool has_scan;
};

static int add_user(void *context, const char *user)
{
	return mfa_strings_add(context, user);
}

/* The decoys' names come first, PEOPLE of them. Those of an older store may be missing.
 */
static int list_users(struct mfa_site *site, struct mfa_diag *diag,
		      struct mfa_strings *names)
{
	int err = add_user(names, MFA_DECOY_USER);
	for (size_t i = 0; err == MFA_OK && i < MFA_DECOYS; i++) {
		char name[MFA_DECOY_NAME_SIZE];
		mfa_decoy_name(i, name);
		err = add_user(names, name);
	}
	if (err == MFA_OK)
		err = mfa_store_list(site->store, add_user, names, diag);
	return err == MFA_ERR_NOMEM ? mfa_fail(diag, err, "out of memory") : err;
}

static bool may_go_on(const struct mfa_watch *watch, size_t done, size_t total)
{
	return watch == NULL || watch->step(watch->context, done, total);
}

int mfa_rekey_check(struct mfa_site *site, const struct mfa_watch *watch,
		    struct mfa_diag *diag, struct mfa_rekey_report *ret_report)
{
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings names = { 0 };
	struct mfa_rekey_report report = { 0 };
	int err = list_users(site, diag, &names);
	struct mfa_record *record = mfa_store_workspace(site->store);
	for (size_t i = 0; err == MFA_OK && i < names.count; i++) {
		err = mfa_store_read(site->store, names.items[i], diag, record);
		report.records += err == MFA_OK && i >= PEOPLE;
		if (err == MFA_ERR_NOTFOUND) /* removed meanwhile */
			err = MFA_OK;
		if (err == MFA_OK && !may_go_on(watch, i + 1, names.count))
			err = mfa_fail(diag, MFA_ERR_ABORT, "stopped");
	}
	mfa_wipe(record, sizeof *record);
	if (err == MFA_OK)
		*ret_report = report;
	return err;
}

static int reseal_all(struct mfa_site *site, const struct mfa_watch *watch,
		      struct mfa_diag *diag, struct mfa_rekey_report *report)
{
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings names = { 0 };
	int err = list_users(site, diag, &names);
	report->records = 0;
	for (size_t i = 0; err == MFA_OK && i < names.count; i++) {
		bool is_changed = false;
		err = mfa_store_reseal(site->store, names.items[i], diag, &is_changed);
		report->records += err == MFA_OK && i >= PEOPLE;
		if (err == MFA_ERR_NOTFOUND) /* removed meanwhile */
			err = MFA_OK;
		report->resealed += is_changed;
		if (err == MFA_OK && !may_go_on(watch, i + 1, names.count))
			return mfa_fail(diag, MFA_ERR_ABORT, "stopped");
	}
	return err;
}

/* Whether the next key has a new half for the trail. */
static bool changes_trail(const struct mfa_site *site)
{
	return site->next_key.data != NULL &&
	       !mfa_secret_is_equal(site->key.data + MFA_SUBKEY_SIZE,
				    site->next_key.data + MFA_SUBKEY_SIZE,
				    MFA_KEY_SIZE - MFA_SUBKEY_SIZE);
}

static int take_next_key(struct work *work, struct mfa_diag *diag)
{
	struct mfa_site *site = work->site;
	int err = mfa_key_create_next(site->config->key,
				      work->options->has_trail ? NULL : &site->key, diag);
	work->report.was_resumed = err == MFA_ERR_EXISTS;
	return err == MFA_OK || err == MFA_ERR_EXISTS ? mfa_site_use_next(site, diag)
						      : err;
}

/* Reads nearly all of the trail before anything is changed, while logins go on. What is
 * appended meanwhile is read later, while this process is the only holder of the key. */
static int scan_trail(struct work *work, struct mfa_diag *diag)
{
	const struct mfa_audit *audit = work->site->audit;
	int err = audit_scan_begin(audit, &work->scan);
	if (err != MFA_OK)
		return mfa_fail(diag, err, "audit: %s", mfa_strerror(err));
	work->has_scan = true;
	err = audit_scan_trail(audit, &work->scan, work->options->watch, diag);
	if (err == MFA_ERR_NOTFOUND) /* the bridge becomes its first line */
		return MFA_OK;
	struct mfa_audit_report report;
	if (err == MFA_OK && !work->options->takes_broken)
		err = audit_scan_result(&work->scan, audit->path, diag, &report);
	return err;
}

/* Waits until nobody uses the old key without knowing the next one. */
static int wait_for_others(struct mfa_site *site, struct mfa_diag *diag)
{
	int err = mfa_key_hold(site->config->key, site->key_hold, true, diag);
	if (err == MFA_OK)
		err = mfa_key_hold(site->config->key, site->key_hold, false, diag);
	return err;
}

static int bridge_trail(struct work *work, struct mfa_diag *diag)
{
	struct audit_sealed sealed;
	const struct audit_bridge_options options = {
		.actor = work->options->actor,
		.time = work->options->clock(),
		.takes_broken = work->options->takes_broken,
	};
	int err = work->has_scan ? MFA_OK
				 : audit_scan_begin(work->site->audit, &work->scan);
	if (err == MFA_OK)
		err = audit_bridge_append(work->site->audit, &options, &work->scan, diag,
					  &sealed);
	if (err != MFA_OK)
		return err;
	work->report.has_trail = true;
	work->report.trail = sealed.report;
	(void)sodium_bin2hex(work->report.hash, sizeof work->report.hash, sealed.hash,
			     sizeof sealed.hash);
	return MFA_OK;
}

/* As the only holder of the key: seals the records of users who were enrolled meanwhile,
 * then changes the keys. Nobody can write a line between the bridge and the change. */
static int end_alone(struct work *work, struct mfa_diag *diag)
{
	struct mfa_site *site = work->site;
	const char *source = site->config->key;
	int err = mfa_key_hold(source, site->key_hold, true, diag);
	if (err == MFA_OK)
		err = reseal_all(site, NULL, diag, &work->report);
	if (err == MFA_OK)
		err = mfa_rekey_set_time(site, work->options->clock(), diag);
	if (err == MFA_OK && changes_trail(site))
		err = bridge_trail(work, diag);
	return err == MFA_OK ? mfa_key_switch(source, diag) : err;
}

static int run_rekey(struct work *work, struct mfa_diag *diag)
{
	int err = MFA_OK;
	if (work->options->has_trail || changes_trail(work->site))
		err = scan_trail(work, diag);
	if (err == MFA_OK)
		err = take_next_key(work, diag);
	if (err == MFA_OK)
		err = wait_for_others(work->site, diag);
	if (err == MFA_OK)
		err = reseal_all(work->site, work->options->watch, diag, &work->report);
	return err == MFA_OK ? end_alone(work, diag) : err;
}

int mfa_rekey_run(struct mfa_site *site, const struct mfa_rekey_options *options,
		  struct mfa_diag *diag, struct mfa_rekey_report *ret_report)
{
	struct work work = { .site = site, .options = options };
	int err = run_rekey(&work, diag);
	audit_scan_done(&work.scan);
	if (err != MFA_OK)
		return err;
	*ret_report = work.report;
	mfa_site_close(site);
	return MFA_OK;
}

int mfa_rekey_time(struct mfa_site *site, struct mfa_diag *diag, int64_t *ret_time)
{
	struct mfa_record *decoy = mfa_store_workspace(site->store);
	int err = mfa_store_read(site->store, MFA_DECOY_USER, diag, decoy);
	if (err == MFA_OK || err == MFA_ERR_NOTFOUND)
		*ret_time = err == MFA_OK ? decoy->created : 0;
	mfa_wipe(decoy, sizeof *decoy);
	return err == MFA_ERR_NOTFOUND ? MFA_OK : err;
}

int mfa_rekey_set_time(struct mfa_site *site, int64_t time, struct mfa_diag *diag)
{
	struct mfa_store *store = site->store;
	struct mfa_record *decoy = mfa_store_workspace(store);
	int err = MFA_ERR_CONFLICT;
	for (int i = 0; err == MFA_ERR_CONFLICT && i < SWAPS_MAX; i++) {
		err = mfa_store_read(store, MFA_DECOY_USER, diag, decoy);
		if (err != MFA_OK)
			break;
		decoy->created = time;
		err = mfa_store_swap(store, decoy, diag);
	}
	mfa_wipe(decoy, sizeof *decoy);
	return err == MFA_ERR_NOTFOUND ? MFA_OK : err; /* mfa-enroll init makes it */
}
