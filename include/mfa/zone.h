/* SPDX-License-Identifier: BSD-2-Clause */
/* Pure decisions: which zone covers a login, and what it asks of one. */
#pragma once

#include "mfa/address.h"
#include "mfa/config.h"
#include "mfa/record.h"

/* 2026-01-01: a clock before this is wrong, since pam_mfa is younger. */
enum {
	MFA_EPOCH = 1767225600
};

/* Where a person is. Without a proof: elsewhere. */
enum mfa_place {
	MFA_PLACE_ELSEWHERE = 0,
	MFA_PLACE_OTHERS, /* at this machine, and in the session of another user */
	MFA_PLACE_OWN	  /* at this machine, in the user's own session or before any */
};

/* What is known of a login. Strings are borrowed; NULL or "" if there is none. */
struct mfa_login {
	const char *service;
	const char *user;  /* the name service's name of the account */
	const char *typed; /* what was typed, if that differs */
	bool has_uid;	   /* the name service knows the account; uid is its user id */
	uint32_t uid;
	const char *rhost; /* remote host: PAM_RHOST */
	const char *tty;
	/* The user id that runs the program, from the kernel: guesses are this user's,
	 * unless it is 0 (root). */
	uint32_t caller;
	/* The user id at the other end of a local socket that is the standard input of
	 * root's own program; 0: none. Such a program may serve many people, and name
	 * their hosts. */
	uint32_t peer;
	bool is_nameless; /* no account that can log in has that user id */
	/* rhost is an address of this machine; a local user can choose among them. */
	bool is_from_itself;
	int64_t now; /* seconds since 1970 */
	/* Whether the user is in a group; NULL: unknown. Called only if a zone has
	 * groups. */
	enum mfa_match (*is_member)(void *context, const char *group);
	/* Where the person is proved to be; NULL: MFA_PLACE_ELSEWHERE. Called only if it
	 * matters. */
	enum mfa_place (*place)(void *context);
	/* Whether user is what was typed, and also the name of its user id; NULL: no.
	 * Only then may a login do without a code, as another name may be a second name
	 * of somebody who is enrolled. Called only in that case. */
	bool (*is_own_name)(void *context);
	void *context;
};

/* The zone that decides: the first whose conditions all match, else [host] zone. If a
 * condition cannot be decided (the name service fails, a host name in place of an
 * address), a zone that demands MFA counts as matching, and one that switches it off does
 * not; nor does that one for a name that is not the user's own. Never NULL. */
const struct mfa_zone *mfa_zone_find(const struct mfa_config *config,
				     const struct mfa_login *login);

/* Whether this zone lets the login pass without a code. */
bool mfa_zone_is_exempt(const struct mfa_zone *zone, const struct mfa_login *login);

/* The conditions of a zone, in the order in which they are checked. */
enum mfa_condition {
	MFA_CONDITION_SERVICES,
	MFA_CONDITION_USERS,
	MFA_CONDITION_TTYS,
	MFA_CONDITION_RHOSTS,
	MFA_CONDITION_GROUPS,
	MFA_CONDITION_COUNT
};

/* The condition's key in mfa.conf. */
const char *mfa_condition_name(enum mfa_condition condition);

/* Whether the login meets one condition of a zone; one that is not set is met. */
enum mfa_match mfa_zone_match(const struct mfa_zone *zone, const struct mfa_login *login,
			      enum mfa_condition condition);

/* Whether the account phase of this service demands that auth was passed. */
bool mfa_zone_is_gated(const struct mfa_zone *zone, const char *service);

/* The bounds of all zones that demand codes, where no particular login is meant: the
 * default zone with the longest lock_time, the widest totp_window and the greatest
 * totp_drift of all. Strings and lists are borrowed. */
struct mfa_zone mfa_zone_bounds(const struct mfa_config *config);

/* Whether it is proved that the login is at this machine. */
bool mfa_login_is_local(const struct mfa_login *login);

/* Whether the user is known by the name that the name service has for the user id. Where
 * nobody can tell, no. */
bool mfa_login_has_own_name(const struct mfa_login *login);

/* Whether keys in this machine's ports may be used for the user: in the user's own
 * session, or, if the zone says so, in any at this machine. */
bool mfa_zone_may_ask_keys(const struct mfa_zone *zone, const struct mfa_login *login);
