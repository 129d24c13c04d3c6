/* Proves what a chain demands: every combination of answers is walked, states that are
 * alike only once. */
#pragma once

#include "mfa/dispatch.h"

/* What a walk can have had. */
enum {
	MFA_HAD_PASSWORD = 1,
	MFA_HAD_CODE = 2,
	MFA_HAD_ROOT = 4, /* went on because the caller was root already */
};

#define MFA_ANSWER(code) (UINT64_C(1) << (code))
#define MFA_ANSWERS_ANY	 (UINT64_C(0x1ffffffff) & ~MFA_ANSWER(MFA_PAM_INCOMPLETE))
#define MFA_ANSWERS_UNGOOD                                \
	(MFA_ANSWERS_ANY & ~MFA_ANSWER(MFA_PAM_SUCCESS) & \
	 ~MFA_ANSWER(MFA_PAM_NEW_AUTHTOK_REQD))

/* What the module of a line can answer, and what it gives when it answers so. */
struct mfa_line_facts {
	uint64_t answers; /* bits 1 << code */
	uint64_t gives_on;
	unsigned gives; /* MFA_HAD_... */
	unsigned needs; /* what every walk must have had when it comes to this line */
};

struct mfa_claim {
	uint64_t let_in; /* the results that let people in */
	unsigned wanted; /* the claim: whoever is let in has had all of this */
};

enum mfa_finding {
	MFA_PROVED,
	MFA_PROVED_BUT_ROOT, /* a walk without it is root's alone */
	MFA_BYPASS,
};

struct mfa_step {
	uint16_t line;
	uint8_t code;
};

struct mfa_proof {
	enum mfa_finding finding;
	bool is_passable;	       /* somebody with all that is wanted gets in */
	bool is_precondition_violated; /* a line was come to without what it needs */
	size_t violating_line;
	unsigned missing;	/* what the walk has not had */
	int result;		/* how it ends */
	struct mfa_step *steps; /* the shortest such walk; owned */
	size_t step_count;
	size_t states; /* how many were looked at */
};

/* facts: one for each line of the stack. The caller ends ret_proof with mfa_proof_done.
 * MFA_ERR_FULL: too many states; MFA_ERR_NOMEM. */
int mfa_prove(const struct mfa_stack *stack, const struct mfa_line_facts *facts,
	      const struct mfa_claim *claim, struct mfa_proof *ret_proof) MFA_MUST_CHECK;
void mfa_proof_done(struct mfa_proof *proof);
