/* SPDX-License-Identifier: BSD-2-Clause */
/* How wrong codes are counted, and whom they lock out.
 *
 * If no password is checked before, anybody can guess: a wrong code counts for its
 * source, which max_failures in a row lock, and for the account, which nobody can lock
 * for logins at this machine. After a right password it counts for the account alone,
 * which is locked as in NIST SP 800-63B-4 section 3.2.2. Pure but for mfa_source_id's
 * cryptography. */
#pragma once

#include "mfa/secret.h"
#include "mfa/zone.h"

enum {
	/* wrong codes in a row of one account (NIST SP 800-63B-4 section 3.2.2) */
	MFA_LOCKOUT_CEILING = 100,
	MFA_SOURCE_SIZE = 320, /* of a source as text, with its NUL */
};

/* What is counted of a typed code. */
struct mfa_guess {
	const struct mfa_zone *zone;
	const struct mfa_zone
		*bounds;	 /* mfa_zone_bounds: another zone may have set the lock */
	uint64_t source;	 /* see mfa_source_id */
	bool is_behind_password; /* a right password was needed to be asked */
	bool is_local;		 /* proved: see mfa_login_is_local */
	bool is_at_console; /* local, and asked by root's own program: login, a greeter */
	int64_t now;
};

enum mfa_lock {
	MFA_LOCK_NONE,
	MFA_LOCK_TIMED,
	MFA_LOCK_FOREVER
};

/* Whether the account itself is locked. A timed lock that would last longer than any
 * zone's lock_time from now was set by a wrong clock and is ignored. bounds:
 * mfa_zone_bounds. */
enum mfa_lock mfa_lockout_account(const struct mfa_zone *bounds,
				  const struct mfa_record *record, int64_t now);

/* Whether the account is at the ceiling: only logins at this machine are evaluated. */
bool mfa_lockout_is_at_ceiling(const struct mfa_record *record);

/* How many sources are locked now (bounds as above), and until when at the latest
 * (MFA_LOCKED_FOREVER: until an administrator unlocks; 0: none is). */
unsigned mfa_lockout_sources(const struct mfa_zone *bounds,
			     const struct mfa_record *record, int64_t now,
			     int64_t *ret_until);

enum mfa_lock_scope {
	MFA_LOCKED_NOBODY = 0,
	MFA_LOCKED_SOURCE,
	MFA_LOCKED_ACCOUNT,
	MFA_LOCKED_ELSEWHERE, /* all but this machine's terminals */
};

struct mfa_lockout {
	enum mfa_lock_scope scope;
	int64_t until; /* or MFA_LOCKED_FOREVER */
};

/* Whether a code is refused unseen, because of its account or its source. */
struct mfa_lockout mfa_lockout_find(const struct mfa_record *record,
				    const struct mfa_guess *guess);

/* Counts a wrong code, and locks where a limit is reached; at once where a lock that a
 * wrong clock set was ignored. */
void mfa_lockout_count_failure(struct mfa_record *record, const struct mfa_guess *guess);

/* Notes a login; clears the failures of the account and of this source. Other sources are
 * not changed. */
void mfa_lockout_count_success(struct mfa_record *record, const struct mfa_guess *guess);

/* Ends all locks and clears all failures: an administrator's act. */
void mfa_lockout_clear(struct mfa_record *record);

/* The source of a guess, for people: the user who runs the program, if not root; else the
 * remote host (the /64 of an IPv6 address), else the user whom root's program serves,
 * else the terminal, else the service. */
void mfa_source_format(const struct mfa_login *login,
		       char ret_text[static MFA_SOURCE_SIZE]);

/* The same as a number, for this login's user alone, under a key derived from the store
 * key. MFA_ERR_INVALID for a store key of another length. */
int mfa_source_id(const struct mfa_secret *store_key, const struct mfa_login *login,
		  struct mfa_diag *diag, uint64_t *ret_id) MFA_MUST_CHECK;

/* A lock, for the log; "" if there is none. */
void mfa_lockout_explain(const struct mfa_lockout *lockout, const struct mfa_login *login,
			 struct mfa_diag *ret_diag);
