/* SPDX-License-Identifier: BSD-2-Clause */
/* What the store says, and whether it is the state before an operation or behind it. */
#pragma once

#include "pam_fixture.h"

enum {
	STATE_USERS_MAX = 16 /* decoys included */
};

/* The label of a token whose identifier is different each time. */
#define STATE_NEW_LABEL "new"

struct state {
	struct mfa_record *records[STATE_USERS_MAX];
	size_t count;
};

/* Reads every record, those of decoys too; a decoy that no login has worked on counts as
 * much as none. false: diag says which one cannot be read. */
bool state_take(struct pam_fixture *fixture, struct mfa_diag *diag,
		struct state *ret_state);
void state_done(struct state *state);

/* Whether two records say the same; loosely: whatever the times and generations. */
bool state_is_same_record(const struct mfa_record *a, const struct mfa_record *b,
			  bool is_loose);
bool state_is_same(const struct state *a, const struct state *b, bool is_loose);

struct mfa_record *state_find(const struct state *state, const char *user);
