/* SPDX-License-Identifier: BSD-2-Clause */
#include "records/accounts.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "mfa/nss.h"

int accounts_add(struct accounts *accounts, const struct account *account)
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
	struct account copy = *account;
	copy.order = accounts->count;
	copy.name = strdup(account->name);
	if (copy.name == NULL)
		return MFA_ERR_NOMEM;
	accounts->items[accounts->count++] = copy;
	return MFA_OK;
}

void accounts_done(struct accounts *accounts)
{
	for (size_t i = 0; i < accounts->count; i++)
		free(accounts->items[i].name);
	free(accounts->items);
	*accounts = (struct accounts){ 0 };
}

static int compare_names(const void *a, const void *b)
{
	const struct account *one = a;
	const struct account *other = b;
	return strcmp(one->name, other->name);
}

static int compare_names_and_order(const void *a, const void *b)
{
	const struct account *one = a;
	const struct account *other = b;
	int order = compare_names(a, b);
	return order != 0 ? order
			  : (one->order > other->order) - (one->order < other->order);
}

int accounts_list(struct accounts *accounts)
{
	int err = MFA_OK;
	setpwent();
	for (const struct passwd *entry = NULL;
	     err == MFA_OK && (entry = getpwent()) != NULL;) {
		const struct account account = { .name = entry->pw_name,
						 .uid = entry->pw_uid };
		err = accounts_add(accounts, &account);
	}
	endpwent();
	if (err == MFA_OK && accounts->count > 1)
		qsort(accounts->items, accounts->count, sizeof *accounts->items,
		      compare_names_and_order);
	accounts->listed = accounts->count;
	return err;
}

struct account *accounts_find(const struct accounts *accounts, const char *name)
{
	char copy[MFA_USER_SIZE] = "";
	(void)strncpy(copy, name, sizeof copy - 1);
	const struct account key = { .name = copy };
	if (accounts->listed == 0)
		return NULL;
	struct account *found = bsearch(&key, accounts->items, accounts->listed,
					sizeof key, compare_names);
	while (found != NULL && found > accounts->items &&
	       compare_names(found - 1, &key) == 0)
		found--;
	return found;
}

static struct ownership compare_uids(const struct mfa_record *record,
				     enum mfa_match is_known, uid_t uid)
{
	struct ownership ownership = { ACCOUNT_UNKNOWN, uid };
	switch (is_known) {
	case MFA_MATCH_YES:
		ownership.match = record->has_uid && record->uid != uid
					  ? ACCOUNT_OTHER_UID
					  : ACCOUNT_PRESENT;
		break;
	case MFA_MATCH_NO:
		ownership.match = ACCOUNT_ABSENT;
		break;
	case MFA_MATCH_UNKNOWN:
		break;
	}
	return ownership;
}

int accounts_match(const struct accounts *accounts, const struct mfa_record *record,
		   struct ownership *ret_ownership)
{
	MFA_CLEANUP(nss_done) struct identity identity = { 0 };
	const struct account *account = accounts_find(accounts, record->user);
	if (account != NULL) {
		*ret_ownership = compare_uids(record, MFA_MATCH_YES, account->uid);
		return MFA_OK;
	}
	/* a name that the name service has another for is there; that no login uses such
	 * a record is another finding of check's */
	int err = nss_find(record->user, &identity);
	if (err == MFA_OK)
		*ret_ownership = compare_uids(record, identity.is_known, identity.uid);
	return err;
}

const char *account_match_name(enum account_match match)
{
	switch (match) {
	case ACCOUNT_PRESENT:
		return "present";
	case ACCOUNT_ABSENT:
		return "absent";
	case ACCOUNT_OTHER_UID:
		return "other-uid";
	case ACCOUNT_UNKNOWN:
		break;
	}
	return "unknown";
}

enum orphan orphan_of(const struct mfa_record *record, const struct ownership *ownership)
{
	if (record->is_moving)
		return ORPHAN_MOVING;
	if (record->is_retired)
		return ORPHAN_RETIRED;
	switch (ownership->match) {
	case ACCOUNT_PRESENT:
		return ORPHAN_NONE;
	case ACCOUNT_ABSENT:
		return ORPHAN_ABSENT;
	case ACCOUNT_OTHER_UID:
		return ORPHAN_UID;
	case ACCOUNT_UNKNOWN:
		break;
	}
	return ORPHAN_UNSURE;
}
