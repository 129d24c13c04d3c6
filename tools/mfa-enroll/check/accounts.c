/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether one name is one account: two names of one user id, and records by a name that
 * the name service has another for. Only on this host. */
#include "check/parts.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "records/accounts.h"

enum {
	FIRST_PERSON = 1000,
	NOBODY = 65534,
	PAIR_SIZE = 600
};

static int compare_uids_and_names(const void *a, const void *b)
{
	const struct account *one = a;
	const struct account *other = b;
	if (one->uid != other->uid)
		return one->uid < other->uid ? -1 : 1;
	return strcmp(one->name, other->name);
}

struct search {
	struct accounts accounts;
	struct check_names renamed;
	struct check_names moves; /* the commands for these */
	struct check_names removals;
};

/* Of one whom the name service does not list it is asked: by name, and by the id. */
static int look_up_account(struct search *search, const char *name)
{
	MFA_CLEANUP(nss_done) struct identity identity = { 0 };
	int err = nss_find(name, &identity);
	if (err != MFA_OK || identity.is_known != MFA_MATCH_YES)
		return err;
	if (identity.typed != NULL) {
		char pair[PAIR_SIZE];
		(void)snprintf(pair, sizeof pair, "%s -> %s", name, identity.name);
		check_names_add(&search->renamed, pair);
		check_commands_add(&search->moves, "rename", name, identity.name);
		check_commands_add(&search->removals, "remove", name, "TOKEN");
		return MFA_OK;
	}
	struct account account = { .name = identity.name,
				   .uid = identity.uid,
				   .has_record = true };
	err = accounts_add(&search->accounts, &account);
	struct passwd *owner = getpwuid(identity.uid);
	if (err != MFA_OK || owner == NULL || strcmp(owner->pw_name, name) == 0)
		return err;
	account = (struct account){ .name = owner->pw_name, .uid = identity.uid };
	return accounts_add(&search->accounts, &account);
}

static int note_record(void *context, const char *name)
{
	struct search *search = context;
	struct account *found = accounts_find(&search->accounts, name);
	if (found == NULL)
		return look_up_account(search, name);
	found->has_record = true;
	return MFA_OK;
}

/* Without the store the accounts that are listed are looked at all the same. */
static int note_records(struct check *check, struct search *search)
{
	struct mfa_diag diag = { .text = "" };
	struct mfa_site *site = &check->app->site;
	if (mfa_init() != MFA_OK || app_open_site(check->app, &diag) != MFA_OK)
		return MFA_OK; /* check_people has told why */
	int err = mfa_store_list(site->store, note_record, search, &diag);
	mfa_site_close(site);
	return err == MFA_ERR_NOMEM ? err : MFA_OK;
}

/* The names of one id begin at an account and end before end. Adds them, where there are
 * two of them and people's. */
static void add_shared(const struct account *begin, const struct account *end,
		       struct check_names *shared)
{
	char pair[PAIR_SIZE];
	const struct account *other = NULL;
	bool matters =
		begin->uid == 0 || (begin->uid >= FIRST_PERSON && begin->uid != NOBODY);
	for (const struct account *account = begin; account < end; account++) {
		matters = matters || account->has_record;
		if (other == NULL && strcmp(account->name, begin->name) != 0)
			other = account;
	}
	if (!matters || other == NULL)
		return;
	(void)snprintf(pair, sizeof pair, "%s = %s = %u", begin->name, other->name,
		       (unsigned)begin->uid);
	check_names_add(shared, pair);
}

static void find_shared(struct accounts *accounts, struct check_names *shared)
{
	struct account *items = accounts->items;
	if (accounts->count > 1)
		qsort(items, accounts->count, sizeof *items, compare_uids_and_names);
	for (size_t i = 0, end = 0; i < accounts->count; i = end) {
		for (end = i; end < accounts->count && items[end].uid == items[i].uid;)
			end++;
		add_shared(&items[i], &items[end], shared);
	}
}

static void add_account_findings(struct check *check, const struct check_names *shared,
				 const struct search *search)
{
	struct app *app = check->app;
	if (shared->count > 0)
		check_add(check, CHECK_HOLE, "uid-shared", CHECK_NOWHERE,
			  TR(app,
			     MFA_N_("two names share one user id: %zu (%s). A login by "
				    "one is a login as the other, with other "
				    "authenticators, locks and zones: give each "
				    "account an id of its own (usermod -u), or "
				    "delete one (userdel)")),
			  shared->count, shared->text);
	if (search->renamed.count > 0)
		check_add(check, CHECK_WARNING, "record-renamed", CHECK_NOWHERE,
			  TR(app, MFA_N_("no login uses these records, since the name "
					 "service has another name for their users: %zu "
					 "(%s). Move them to that name: %s; or remove "
					 "them: %s")),
			  search->renamed.count, search->renamed.text, search->moves.text,
			  search->removals.text);
}

static void account_search_done(struct search *search)
{
	accounts_done(&search->accounts);
	check_names_done(&search->renamed);
	check_names_done(&search->moves);
	check_names_done(&search->removals);
}

void check_accounts(struct check *check)
{
	MFA_CLEANUP(account_search_done)
	struct search search = { .renamed = { .count = 0 } };
	MFA_CLEANUP(check_names_done) struct check_names shared = { 0 };
	if (!check->is_live || check->config == NULL)
		return;
	int err = accounts_list(&search.accounts);
	if (err == MFA_OK)
		err = note_records(check, &search);
	if (err != MFA_OK) {
		check->findings.err = err;
		return;
	}
	find_shared(&search.accounts, &shared);
	add_account_findings(check, &shared, &search);
}
