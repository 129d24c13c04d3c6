/* SPDX-License-Identifier: BSD-2-Clause */
/* Records that outlive their accounts. Only on this host. */
#include "check/parts.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "people/orphans.h"
#include "records/records.h"

enum {
	OWNERS_ASKED_MAX = 1000, /* a name service may need long for each */
	COMMANDS_MAX = 3
};

static int compare_account_uids(const void *a, const void *b)
{
	const struct account *one = a;
	const struct account *other = b;
	return (one->uid > other->uid) - (one->uid < other->uid);
}

/* An account with this user id and without a record, or NULL. The accounts are in the
 * order of their ids. */
static const char *find_heir(struct mfa_store *store, const struct accounts *accounts,
			     uid_t uid)
{
	const struct account key = { .uid = uid };
	const struct account *found = NULL;
	if (accounts->count > 0)
		found = bsearch(&key, accounts->items, accounts->count, sizeof key,
				compare_account_uids);
	if (found != NULL)
		return found->has_record ? NULL : found->name;
	const struct passwd *owner = getpwuid(uid);
	return owner != NULL && !records_have(store, owner->pw_name) ? owner->pw_name
								     : NULL;
}

/* Of a change of name (usermod -l) nothing tells but the user id that stays. */
static void look_for_renamed(struct check *check, struct orphans *orphans)
{
	struct app *app = check->app;
	struct accounts *accounts = &orphans->accounts;
	MFA_CLEANUP(check_names_done) struct check_names commands = { 0 };
	size_t asked = 0;
	if (accounts->count > 1)
		qsort(accounts->items, accounts->count, sizeof *accounts->items,
		      compare_account_uids);
	for (size_t i = 0; i < orphans->count; i++) {
		const struct orphan_record *orphan = &orphans->items[i];
		if (orphan->kind != ORPHAN_ABSENT || !orphan->has_uid ||
		    asked++ >= OWNERS_ASKED_MAX)
			continue;
		const char *heir = find_heir(app->site.store, accounts, orphan->uid);
		if (heir == NULL)
			continue;
		check_commands_add(&commands, "rename", orphan->user, heir);
	}
	if (commands.count > 0)
		check_add(
			check, CHECK_WARNING, "record-old-name", CHECK_NOWHERE,
			TR(app, MFA_N_("an account without a record has the user id of a "
				       "record without an account, as after usermod -l: "
				       "%zu. Where it is the same person: %s")),
			commands.count, commands.text);
}

/* One of the commands of a text, for each record. */
struct kind_command {
	const char *verb;
	const char *rest; /* behind the user */
};

struct kind_text {
	enum orphan kind;
	const char *id;
	const char *text;
	struct kind_command commands[COMMANDS_MAX];
};

static const struct kind_text kinds[] = {
	{ ORPHAN_RETIRED,
	  "record-retired",
	  MFA_N_("retired records, which open for nobody: %zu (%s). Remove them (%s); "
		 "where the person is there again: %s"),
	  { { "prune", "" }, { "adopt", "" } } },
	{ ORPHAN_ABSENT,
	  "record-without-account",
	  MFA_N_("records by names that no account has: %zu (%s). Retire or remove them "
		 "before somebody gets such a name (%s; %s); where the person has "
		 "another name now: %s"),
	  { { "retire", "" }, { "prune", "" }, { "rename", "NEW" } } },
	{ ORPHAN_UID,
	  "record-other-uid",
	  MFA_N_("records that do not open, as the account has another user id: %zu "
		 "(%s). Where it is the same person: %s; another: %s"),
	  { { "adopt", "" }, { "prune", "" } } },
	{ ORPHAN_MOVING,
	  "record-moving",
	  MFA_N_("changes of name that were cut off; these records do not open yet: %zu "
		 "(%s). Run again: %s"),
	  { { "rename OLD", "" } } },
	{ ORPHAN_UNSURE,
	  "record-unsure",
	  MFA_N_("the name service does not say whether the accounts of these records "
		 "are there: %zu (%s)"),
	  { { NULL, NULL } } },
};

static void add_orphan_finding(struct check *check, const struct orphans *orphans,
			       const struct kind_text *kind)
{
	MFA_CLEANUP(check_names_done) struct check_names names = { 0 };
	struct check_names commands[COMMANDS_MAX] = { 0 };
	for (size_t i = 0; i < orphans->count; i++) {
		const char *user = orphans->items[i].user;
		if (orphans->items[i].kind != kind->kind)
			continue;
		check_names_add(&names, user);
		for (size_t j = 0; j < COMMANDS_MAX && kind->commands[j].verb != NULL;
		     j++)
			check_commands_add(&commands[j], kind->commands[j].verb, user,
					   kind->commands[j].rest);
	}
	if (names.count > 0)
		check_add(check, CHECK_WARNING, kind->id, CHECK_NOWHERE,
			  TR(check->app, kind->text), names.count, names.text,
			  commands[0].text, commands[1].text, commands[2].text);
	for (size_t j = 0; j < COMMANDS_MAX; j++)
		check_names_done(&commands[j]);
}

static void look_at_orphans(struct check *check)
{
	MFA_CLEANUP(orphans_done) struct orphans orphans = { 0 };
	/* of records that cannot be read the part about people tells */
	if (orphans_collect(check->app, &orphans) == MFA_ERR_NOMEM)
		check->findings.err = MFA_ERR_NOMEM;
	for (size_t i = 0; i < MFA_COUNT(kinds); i++)
		add_orphan_finding(check, &orphans, &kinds[i]);
	look_for_renamed(check, &orphans);
}

/* Without the hook an account's authenticators outlive it until somebody looks here. */
static void look_for_hook(struct check *check)
{
	if (access(MFA_USERDEL_HOOK, X_OK) != 0)
		check_add(check, CHECK_NOTE, "no-userdel-hook",
			  (struct check_place){ MFA_USERDEL_HOOK, 0 }, "%s",
			  TR(check->app,
			     MFA_N_("missing, so userdel retires no record: run "
				    "mfa-enroll retire USER when somebody leaves")));
}

void check_orphans(struct check *check)
{
	struct mfa_diag diag = { .text = "" };
	struct mfa_site *site = &check->app->site;
	if (!check->is_live || check->config == NULL)
		return;
	look_for_hook(check);
	if (mfa_init() != MFA_OK || app_open_site(check->app, &diag) != MFA_OK)
		return; /* check_people has told why */
	look_at_orphans(check);
	mfa_site_close(site);
}
