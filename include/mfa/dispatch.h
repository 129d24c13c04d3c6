/* How libpam goes through a chain of lines: its dispatch rules, one answer at a time. */
#pragma once

#include "mfa/stack.h"

/* Plain bytes without gaps, so that two of them can be compared. */
struct mfa_dispatch_state {
	int8_t impression; /* nothing said yet: 0; good: 1; bad: -1 */
	int8_t status;	   /* what libpam would return, a PAM code */
};

struct mfa_dispatch {
	uint16_t at; /* the line whose module is called now; the count: over */
	uint8_t level;
	uint8_t is_stopped; /* a module answered incomplete */
	struct mfa_dispatch_state now;
	struct mfa_dispatch_state
		saved[MFA_STACK_LEVELS]; /* at the entry of each level */
};

/* Begins; the dispatch then stands at the first module, or is over. */
void mfa_dispatch_begin(const struct mfa_stack *stack, struct mfa_dispatch *ret_dispatch);
bool mfa_dispatch_is_over(const struct mfa_stack *stack,
			  const struct mfa_dispatch *dispatch);

/* The module of the line answers: a PAM code or MFA_PAM_INVALID. Goes on to the next one. */
void mfa_dispatch_answer(const struct mfa_stack *stack, struct mfa_dispatch *dispatch,
			 int code);

/* What libpam returns when the dispatch is over. */
int mfa_dispatch_result(const struct mfa_dispatch *dispatch);
