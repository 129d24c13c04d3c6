/* SPDX-License-Identifier: BSD-2-Clause */
/* The two halves of the crash test. */
#pragma once

#include "operations.h"

struct crash {
	struct pam_fixture fixture;
	struct tree before; /* what every operation begins with */
	struct tree bare;   /* what an operation begins with that makes everything */
	bool is_short;	    /* a part of the points, chosen evenly */
	bool has_keys;	    /* there are software keys: tests/softkey/enter */
};

/* The states before an operation and behind it. */
struct ends {
	struct state old;
	struct state new;
	struct tree after; /* the folder behind it */
};

const struct tree *crash_tree(const struct crash *crash,
			      const struct operation *operation);

/* Lets the operation run to its end. false: it does not. */
bool crash_ends(struct crash *crash, const struct operation *operation,
		struct ends *ret_ends);
void crash_ends_done(struct ends *ends);

enum likeness {
	LIKE_OLD,
	LIKE_NEW,
	LIKE_NEITHER
};
/* state as it is now; for an operation that changes no record LIKE_OLD. */
enum likeness crash_likeness(const struct ends *ends, const struct state *now);

/* The logins that must work, or not, in a state. false: problem says which one. */
bool crash_probe(struct crash *crash, const struct operation *operation,
		 enum likeness likeness, struct mfa_diag *problem);

/* Of an operation with is_move that was cut off: one code lets in at most once, and doing
 * the operation again leads to the new state. has_logins: the first is tried as well. */
bool crash_is_moved(struct crash *crash, const struct operation *operation,
		    const struct ends *ends, bool has_logins, struct mfa_diag *problem);

/* No file that neither end has, and an audit trail that is whole. */
bool crash_is_tidy(struct crash *crash, const struct operation *operation,
		   const struct ends *ends, struct mfa_diag *problem);

/* kill -9 at every system call of a process of the operation. Whether all was good. */
bool crash_kill(struct crash *crash, const struct operation *operation,
		enum victim victim);
/* Power loss at every write. Whether all was good. */
bool crash_power(struct crash *crash, const struct operation *operation);
