/* SPDX-License-Identifier: BSD-2-Clause */
/* Proves what a chain of lines demands: every combination of answers is tried, equal
 * states only once. */
#pragma once

#include "mfa/dispatch.h"

/* What a person has shown on a path through the lines. */
enum {
	MFA_HAD_PASSWORD = 1,
	MFA_HAD_CODE = 2,
	MFA_HAD_ROOT = 4, /* passed because the caller was root already */
};

#define MFA_ANSWER(code) (UINT64_C(1) << (code))
#define MFA_ANSWERS_ANY	 (UINT64_C(0x1ffffffff) & ~MFA_ANSWER(MFA_PAM_INCOMPLETE))
#define MFA_ANSWERS_UNGOOD                                \
	(MFA_ANSWERS_ANY & ~MFA_ANSWER(MFA_PAM_SUCCESS) & \
	 ~MFA_ANSWER(MFA_PAM_NEW_AUTHTOK_REQD))

/* What the module of a line can answer, and what a person has shown then. */
struct mfa_line_facts {
	uint64_t answers;  /* bits 1 << code */
	uint64_t gives_on; /* the answers that show it */
	unsigned gives;	   /* MFA_HAD_... */
	unsigned needs;	   /* MFA_HAD_..., without which this line must not be reached */
};

struct mfa_claim {
	uint64_t let_in; /* the results that admit */
	unsigned wanted; /* the claim: nobody is admitted without all of these */
};

enum mfa_finding {
	MFA_PROVED,
	MFA_PROVED_BUT_ROOT, /* only root gets in without */
	MFA_BYPASS,
};

struct mfa_step {
	uint16_t line;
	uint8_t code;
};

struct mfa_proof {
	enum mfa_finding finding;
	bool is_passable;	       /* with all that is wanted, one is admitted */
	bool is_precondition_violated; /* a line is reachable without what it needs */
	size_t violating_line;
	unsigned missing; /* what was not shown on the path */
	int result;	  /* of libpam on the path */
	/* The worst path that admits, on which most is missing; of these the shortest;
	 * owned. */
	struct mfa_step *steps;
	size_t step_count;
	size_t states; /* how many were examined */
};

/* Searches for a path that contradicts the claim. facts: one for each line. The caller
 * ends ret_proof with mfa_proof_done. MFA_ERR_FULL: too many states; MFA_ERR_NOMEM. */
int mfa_prove(const struct mfa_stack *stack, const struct mfa_line_facts *facts,
	      const struct mfa_claim *claim, struct mfa_proof *ret_proof) MFA_MUST_CHECK;
void mfa_proof_done(struct mfa_proof *proof);
