/* SPDX-License-Identifier: BSD-2-Clause */
/* Accounts and the records of their names: the name service's whole list at once, since
 * it may need as long for one name as for all, and a question for each name that it
 * leaves out. */
#pragma once

#include <sys/types.h>

#include "mfa/record.h"

struct account {
	char *name;
	uid_t uid;
	bool has_record; /* the caller's to set */
	size_t order;	 /* of a name that is listed twice the first one counts */
};

struct accounts {
	struct account *items;
	size_t count;
	size_t size;
	size_t listed; /* the first of them, in the order of their names */
};

/* Reads what the name service lists; sssd and others may list nobody. Zero it before;
 * also a zeroed one can be used: every name is asked for then. MFA_ERR_NOMEM. */
int accounts_list(struct accounts *accounts) MFA_MUST_CHECK;
void accounts_done(struct accounts *accounts);

/* Adds one behind those that are listed. MFA_ERR_NOMEM. */
int accounts_add(struct accounts *accounts, const struct account *account) MFA_MUST_CHECK;

/* One of those that are listed, or NULL. */
struct account *accounts_find(const struct accounts *accounts, const char *name);

/* How a record and the account of its name belong together. */
enum account_match {
	ACCOUNT_PRESENT,
	ACCOUNT_ABSENT,	   /* nobody has the name */
	ACCOUNT_OTHER_UID, /* than the record's */
	ACCOUNT_UNKNOWN,   /* the name service cannot be asked */
};

struct ownership {
	enum account_match match;
	uid_t uid; /* the account's, where there is one */
};

/* Asks the name service where the name is not among those that are listed. MFA_ERR_NOMEM.
 */
int accounts_match(const struct accounts *accounts, const struct mfa_record *record,
		   struct ownership *ret_ownership) MFA_MUST_CHECK;

/* The word for it in JSON: never changed. */
const char *account_match_name(enum account_match match);

/* Records that belong to nobody, or not to the account of their name. */
enum orphan {
	ORPHAN_NONE,
	ORPHAN_UNSURE, /* the name service cannot be asked */
	ORPHAN_MOVING, /* a change of name was cut off */
	ORPHAN_RETIRED,
	ORPHAN_ABSENT, /* no account has the name */
	ORPHAN_UID,    /* the account has another user id */
};

enum orphan orphan_of(const struct mfa_record *record, const struct ownership *ownership);
