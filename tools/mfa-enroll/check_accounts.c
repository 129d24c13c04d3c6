/* Whether one name is one account: two names of one user id, and records by a name that the
 * name service has another for. Only on this host. */
#include "check.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	FIRST_PERSON = 1000,
	NOBODY = 65534,
	NAMES_SHOWN = 8,
	PAIR_SIZE = 600
};

struct account {
	char *name;
	uid_t uid;
	bool has_record;
};

struct accounts {
	struct account *items;
	size_t count;
	size_t size;
};

void check_names_add(struct check_names *names, const char *name)
{
	size_t len = strlen(names->text);
	if (names->count < NAMES_SHOWN)
		(void)snprintf(names->text + len, sizeof names->text - len, "%s%s",
			       len > 0 ? ", " : "", name);
	else if (names->count == NAMES_SHOWN)
		(void)snprintf(names->text + len, sizeof names->text - len, ", ...");
	names->count++;
}

static int add_account(struct accounts *accounts, const char *name, uid_t uid,
		       bool has_record)
{
	if (accounts->count == accounts->size) {
		size_t size = accounts->size * 2 + 64;
		struct account *items =
			reallocarray(accounts->items, size, sizeof *items);
		if (items == NULL)
			return MFA_ERR_NOMEM;
		accounts->items = items;
		accounts->size = size;
	}
	char *copy = strdup(name);
	if (copy == NULL)
		return MFA_ERR_NOMEM;
	accounts->items[accounts->count++] = (struct account){ copy, uid, has_record };
	return MFA_OK;
}

static void free_accounts(struct accounts *accounts)
{
	for (size_t i = 0; i < accounts->count; i++)
		free(accounts->items[i].name);
	free(accounts->items);
}

static int compare_names(const void *a, const void *b)
{
	const struct account *one = a;
	const struct account *other = b;
	return strcmp(one->name, other->name);
}

static int compare_ids(const void *a, const void *b)
{
	const struct account *one = a;
	const struct account *other = b;
	if (one->uid != other->uid)
		return one->uid < other->uid ? -1 : 1;
	return strcmp(one->name, other->name);
}

/* What the name service lists; sssd and others may list nobody. */
static int list_accounts(struct accounts *accounts)
{
	int err = MFA_OK;
	setpwent();
	for (const struct passwd *entry = NULL;
	     err == MFA_OK && (entry = getpwent()) != NULL;)
		err = add_account(accounts, entry->pw_name, entry->pw_uid, false);
	endpwent();
	if (err == MFA_OK && accounts->count > 1)
		qsort(accounts->items, accounts->count, sizeof *accounts->items,
		      compare_names);
	return err;
}

struct search {
	struct accounts *accounts;
	size_t listed; /* the first of them, in the order of their names */
	struct check_names renamed;
};

/* Of one whom the name service does not list it is asked: by name, and by the id. */
static int look_up(struct search *search, const char *name)
{
	MFA_CLEANUP(people_done) struct identity identity = { 0 };
	int err = people_find(name, &identity);
	if (err != MFA_OK || identity.is_known != MFA_MATCH_YES)
		return err;
	if (identity.typed != NULL) {
		char pair[PAIR_SIZE];
		(void)snprintf(pair, sizeof pair, "%s -> %s", name, identity.name);
		check_names_add(&search->renamed, pair);
		return MFA_OK;
	}
	err = add_account(search->accounts, name, identity.uid, true);
	struct passwd *owner = getpwuid(identity.uid);
	if (err == MFA_OK && owner != NULL && strcmp(owner->pw_name, name) != 0)
		err = add_account(search->accounts, owner->pw_name, identity.uid, false);
	return err;
}

static int look_at_record(void *context, const char *name)
{
	struct search *search = context;
	struct accounts *accounts = search->accounts;
	char copy[MFA_USER_SIZE];
	(void)snprintf(copy, sizeof copy, "%s", name);
	const struct account key = { .name = copy };
	struct account *found = NULL;
	if (search->listed > 0)
		found = bsearch(&key, accounts->items, search->listed, sizeof key,
				compare_names);
	if (found == NULL)
		return look_up(search, name);
	found->has_record = true;
	return MFA_OK;
}

/* Without the store the accounts that are listed are looked at all the same. */
static int look_at_records(struct check *check, struct search *search)
{
	struct mfa_diag diag = { .text = "" };
	struct mfa_host *host = &check->app->host;
	if (mfa_init() != MFA_OK || mfa_host_open(host, &diag) != MFA_OK)
		return MFA_OK; /* check_people has told why */
	int err = mfa_store_list(host->store, look_at_record, search, &diag);
	mfa_host_close(host);
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
		qsort(items, accounts->count, sizeof *items, compare_ids);
	for (size_t i = 0, end = 0; i < accounts->count; i = end) {
		for (end = i; end < accounts->count && items[end].uid == items[i].uid;)
			end++;
		add_shared(&items[i], &items[end], shared);
	}
}

static void tell(struct check *check, const struct check_names *shared,
		 const struct check_names *renamed)
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
	if (renamed->count > 0)
		check_add(
			check, CHECK_WARNING, "record-renamed", CHECK_NOWHERE,
			TR(app, MFA_N_("no login uses these records, since the name "
				       "service has another name for their users: %zu "
				       "(%s). Enrol them by that name (mfa-enroll add), "
				       "and remove the old tokens (mfa-enroll remove)")),
			renamed->count, renamed->text);
}

void check_accounts(struct check *check)
{
	MFA_CLEANUP(free_accounts) struct accounts accounts = { 0 };
	struct check_names shared = { 0 };
	struct search search = { .accounts = &accounts };
	if (!check->is_live || check->config == NULL)
		return;
	int err = list_accounts(&accounts);
	search.listed = accounts.count;
	if (err == MFA_OK)
		err = look_at_records(check, &search);
	if (err != MFA_OK) {
		check->err = err;
		return;
	}
	find_shared(&accounts, &shared);
	tell(check, &shared, &search.renamed);
}
