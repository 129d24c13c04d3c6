/* SPDX-License-Identifier: BSD-2-Clause */
#include "people/orphans.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/watch.h"
#include "records/output.h"
#include "records/records.h"

static int add_orphan(struct orphans *orphans, const struct mfa_record *record,
		      const struct ownership *ownership)
{
	if (orphans->count == orphans->size) {
		size_t size = orphans->size * 2 + 64;
		struct orphan_record *items =
			reallocarray(orphans->items, size, sizeof *items);
		if (items == NULL)
			return MFA_ERR_NOMEM;
		orphans->items = items;
		orphans->size = size;
	}
	struct orphan_record item = {
		.user = strdup(record->user),
		.kind = orphan_of(record, ownership),
		.has_uid = record->has_uid,
		.uid = record->uid,
		.account_uid = ownership->uid,
		.tokens = record->token_count,
		.last_success = record->last_success,
	};
	if (item.user == NULL)
		return MFA_ERR_NOMEM;
	orphans->items[orphans->count++] = item;
	return MFA_OK;
}

void orphans_done(struct orphans *orphans)
{
	for (size_t i = 0; i < orphans->count; i++)
		free(orphans->items[i].user);
	free(orphans->items);
	accounts_done(&orphans->accounts);
	*orphans = (struct orphans){ 0 };
}

void orphans_keep(struct orphans *orphans, unsigned kinds)
{
	size_t kept = 0;
	for (size_t i = 0; i < orphans->count; i++) {
		if ((kinds & 1U << orphans->items[i].kind) != 0)
			orphans->items[kept++] = orphans->items[i];
		else
			free(orphans->items[i].user);
	}
	orphans->count = kept;
}

bool orphans_have(const struct orphans *orphans, const char *user)
{
	for (size_t i = 0; i < orphans->count; i++)
		if (strcmp(orphans->items[i].user, user) == 0)
			return true;
	return false;
}

static int add_if_orphan(struct app *app, const char *user, struct mfa_diag *diag,
			 struct orphans *orphans)
{
	struct mfa_record *record = mfa_store_workspace(app->site.store);
	struct ownership ownership;
	int err = app_read_record(app, user, diag, record);
	if (err == MFA_OK)
		err = accounts_match(&orphans->accounts, record, &ownership);
	if (err != MFA_OK)
		return err;
	struct account *account = accounts_find(&orphans->accounts, user);
	if (account != NULL)
		account->has_record = true;
	orphans->records++;
	return orphan_of(record, &ownership) == ORPHAN_NONE
		       ? MFA_OK
		       : add_orphan(orphans, record, &ownership);
}

bool orphans_are_sure(const struct app *app, const struct orphans *orphans)
{
	for (size_t i = 0; i < orphans->count; i++)
		if (orphans->items[i].kind == ORPHAN_UNSURE) {
			app_complain(TR(app, MFA_N_("the name service does not answer "
						    "for %s; nothing was changed")),
				     orphans->items[i].user);
			return false;
		}
	return true;
}

enum exit_code orphans_each(struct app *app, const struct orphans *orphans,
			    orphan_change_fn *change, const void *context,
			    size_t *ret_done)
{
	enum exit_code code = EXIT_DONE;
	MFA_CLEANUP(watch_end) struct watch watch = { 0 };
	watch_begin(&watch);
	for (size_t i = 0; i < orphans->count; i++) {
		bool is_done = false;
		enum exit_code one = change(app, &orphans->items[i], context, &is_done);
		*ret_done += is_done;
		if (is_done && one != EXIT_DONE) /* the trail is in trouble */
			return one;
		code = one != EXIT_DONE ? one : code;
		if (!watch_step(&watch, i + 1, orphans->count) &&
		    i + 1 < orphans->count) {
			watch_complain_of_stop(app);
			return EXIT_REFUSED;
		}
	}
	return code;
}

static enum exit_code look_at_users(struct app *app, const struct mfa_strings *users,
				    struct orphans *orphans)
{
	enum exit_code code = EXIT_DONE;
	MFA_CLEANUP(watch_end) struct watch watch = { 0 };
	watch_begin(&watch);
	for (size_t i = 0; i < users->count; i++) {
		struct mfa_diag diag = { .text = "" };
		int err = add_if_orphan(app, users->items[i], &diag, orphans);
		if (err != MFA_OK && err != MFA_ERR_NOTFOUND) /* removed meanwhile */
			code = app_fail(err, &diag);
		if (err == MFA_ERR_NOMEM)
			return code;
		if (!watch_step(&watch, i + 1, users->count)) {
			watch_complain_of_stop(app);
			return EXIT_REFUSED;
		}
	}
	return code;
}

/* Names of the command line must be there. */
static enum exit_code take_names(struct app *app, char *const *names, int count,
				 struct mfa_strings *users)
{
	struct mfa_diag diag = { .text = "" };
	struct mfa_record *record = mfa_store_workspace(app->site.store);
	for (int i = 0; i < count; i++) {
		bool is_name = mfa_text_is_label(names[i], MFA_USER_SIZE);
		int err = is_name ? app_read_record(app, names[i], &diag, record)
				  : MFA_ERR_NOTFOUND;
		if (err == MFA_ERR_NOTFOUND)
			return app_fail_unenrolled(app, names[i]);
		if (err == MFA_OK && !mfa_strings_have(users, names[i]))
			err = mfa_strings_add(users, names[i]);
		if (err != MFA_OK)
			return app_fail(err, &diag);
	}
	return EXIT_DONE;
}

static int list_users_and_accounts(struct app *app, struct mfa_strings *users,
				   struct orphans *orphans, struct mfa_diag *diag)
{
	int err = records_list(app->site.store, diag, users);
	if (err == MFA_OK)
		err = accounts_list(&orphans->accounts);
	return err;
}

int orphans_collect(struct app *app, struct orphans *orphans)
{
	struct mfa_diag diag = { .text = "" };
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings users = { 0 };
	int err = list_users_and_accounts(app, &users, orphans, &diag);
	for (size_t i = 0; err == MFA_OK && i < users.count; i++)
		if (add_if_orphan(app, users.items[i], &diag, orphans) == MFA_ERR_NOMEM)
			err = MFA_ERR_NOMEM;
	return err;
}

enum exit_code orphans_find(struct app *app, char *const *names, int count,
			    struct orphans *orphans)
{
	struct mfa_diag diag = { .text = "" };
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings users = { 0 };
	enum exit_code code = EXIT_DONE;
	if (count > 0) {
		code = take_names(app, names, count, &users);
	} else {
		int err = list_users_and_accounts(app, &users, orphans, &diag);
		if (err != MFA_OK)
			code = app_fail(err, &diag);
	}
	return code == EXIT_DONE ? look_at_users(app, &users, orphans) : code;
}

void orphans_print(const struct orphans *orphans)
{
	(void)printf("%-16s %-9s %10s %6s %s\n", "USER", "RECORD", "USER ID", "TOKENS",
		     "LAST SUCCESS");
	for (size_t i = 0; i < orphans->count; i++) {
		const struct orphan_record *item = &orphans->items[i];
		char uid[16] = "-";
		char last[MFA_TIME_SIZE];
		output_format_time(item->last_success, last);
		if (item->has_uid)
			(void)snprintf(uid, sizeof uid, "%u", (unsigned)item->uid);
		(void)printf("%-16s %-9s %10s %6zu %s\n", item->user,
			     output_orphan_word(item->kind), uid, item->tokens, last);
	}
}
