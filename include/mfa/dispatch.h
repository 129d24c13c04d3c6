/* SPDX-License-Identifier: BSD-2-Clause */
/* libpam's dispatch rules: how it goes through a chain of lines, one answer at a time. */
#pragma once

#include "mfa/stack.h"

/* Without padding, so that two states can be compared byte by byte. */
struct mfa_dispatch_state {
	int8_t impression; /* no answer counted yet: 0; good: 1; bad: -1 */
	int8_t status;	   /* what libpam would return, a PAM code */
};

struct mfa_dispatch {
	uint16_t
		at; /* the line whose module is called next; stack->count: none is left */
	uint8_t level;
	uint8_t is_stopped; /* a module answered incomplete */
	struct mfa_dispatch_state now;
	struct mfa_dispatch_state
		saved[MFA_STACK_LEVELS]; /* at the entry of each level */
};

/* Starts at the first line that calls a module. */
void mfa_dispatch_begin(const struct mfa_stack *stack, struct mfa_dispatch *ret_dispatch);
/* Whether no module is left to call. */
bool mfa_dispatch_is_over(const struct mfa_stack *stack,
			  const struct mfa_dispatch *dispatch);

/* The current module answers with a PAM code or MFA_PAM_INVALID; goes to the next one. */
void mfa_dispatch_answer(const struct mfa_stack *stack, struct mfa_dispatch *dispatch,
			 int code);

/* What libpam returns when the dispatch is over. */
int mfa_dispatch_result(const struct mfa_dispatch *dispatch);
