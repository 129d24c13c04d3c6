/* SPDX-License-Identifier: BSD-2-Clause */
/* A change of lines, tried out on copies of the stack and of every other one that has the
 * lines: a cure that keeps people out of another service, or lets them in there, is none.
 */
#pragma once

#include "draft_stack.h"
#include "mfa/inspect.h"

enum cure_edit {
	EDIT_REQUIRE,
	EDIT_MOVE,
	EDIT_TAKE_OUT,
	EDIT_ADD,
	EDIT_NAME, /* in mfa.conf: no line changes */
	EDIT_NAME_STRICTLY
};

/* Lines by their numbers in the stack that is cured. */
struct cure_change {
	enum cure_edit edit;
	size_t line;	    /* that is changed; EDIT_ADD: before which one is added */
	size_t before;	    /* EDIT_MOVE: where to */
	const char *module; /* EDIT_ADD */
	/* EDIT_ADD: the file that gets the line; EDIT_MOVE: the line's own, which
	 * includes that of "before" and gets it there, or NULL. */
	const char *file;
};

struct cure_neighbour {
	char *name;			  /* owned */
	struct mfa_inspection inspection; /* what was read of it, and no grade; owned */
	struct mfa_line_facts *facts;	  /* owned */
};

struct cure_trial {
	const struct mfa_inspector *inspector;
	const char *service;
	enum mfa_facility facility;
	const struct mfa_stack *stack;
	const struct mfa_line_facts *facts;
	struct mfa_claim claim;
	bool knows_neighbours;
	struct cure_neighbour *neighbours; /* the other services; read when needed */
	size_t neighbour_count;
};

enum {
	MISSING_ALL = 99
};

void cure_trial_done(struct cure_trial *trial);

/* How much the worst way lacks after the change, in bits; MISSING_ALL: nobody but root
 * could get in, or another service would be worse than before. MFA_ERR_NOMEM. */
int cure_trial_try(struct cure_trial *trial, const struct cure_change *change,
		   int *ret_missing);

/* Whether another service includes lines of this file. MFA_ERR_NOMEM. */
int cure_trial_is_shared(struct cure_trial *trial, const char *file, bool *ret_is_shared);
