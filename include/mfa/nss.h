/* SPDX-License-Identifier: BSD-2-Clause */
/* What the name service knows of people. Not through pam_modutil_getpwnam and its like:
 * without memory those of libpam 1.5.2 go round in a loop of 2^31 turns. */
#pragma once

#include <sys/types.h>

#include "mfa/zone.h"

/* Whose account a name is. Zero it before nss_find, end it with nss_done. */
struct identity {
	/* The name service's own; where it has none, what was asked for; "", which can
	 * have no record, where its own is no name that a record can have. */
	char *name;
	/* What was asked for, where that is something else; as long as a name may be. */
	char *typed;
	/* MFA_MATCH_UNKNOWN: it cannot be asked, or its name is none: see problem. */
	enum mfa_match is_known;
	int problem; /* an errno */
	/* Of a known one: */
	uid_t uid;
	gid_t gid;
	/* Asked for once, when somebody wants to know. */
	bool has_owner;
	enum mfa_match owns_uid;
	bool has_groups;
	gid_t *groups;
	int group_count; /* < 0: nobody can tell */
};

/* Asks who has the name: one question to the name service. MFA_ERR_NOMEM. */
int nss_find(const char *typed, struct identity *ret_identity) MFA_MUST_CHECK;
/* The same of a program that may ask about its own user id alone: if nobody has that, the
 * name is not asked for, and nobody has it. */
int nss_find_of(uid_t uid, const char *typed, struct identity *ret_identity)
	MFA_MUST_CHECK;
int nss_copy(const struct identity *identity, struct identity *ret_copy) MFA_MUST_CHECK;
void nss_done(struct identity *identity);

/* Whether an account of this user id is known that somebody can log in to. The ids of
 * user namespaces have none, or one without a shell (systemd-nsresourced names
 * thousands). */
bool nss_is_person(uid_t uid);

/* Whether both are one account. */
bool nss_are_same(const struct identity *one, const struct identity *other);

/* Whether it is the account whose real user id this process has. */
bool nss_is_self(const struct identity *identity);

/* Whether the account's user id leads back to its name; MFA_MATCH_NO: another name has
 * it. One question more, the first time. */
enum mfa_match nss_owns_uid(struct identity *identity);

/* Whether nothing is in doubt about who it is: typed as the name service has it, and the
 * user id its own. A name that nobody has is in no doubt either: nobody gets in by it as
 * somebody else. For mfa_login.is_own_name. */
bool nss_has_own_name(struct identity *identity);

/* Whether it is a member of the group. Unknown user, unknown group, a name service that
 * fails: MFA_MATCH_UNKNOWN. */
enum mfa_match nss_is_member(struct identity *identity, const char *group);
