/* SPDX-License-Identifier: BSD-2-Clause */
/* A copy of a stack in which lines can be changed, to see what would be proved then. Its
 * strings are those of the service. */
#pragma once

#include "mfa/prove.h"

struct draft_stack {
	struct mfa_stack stack;
	struct mfa_line_facts *facts;
};

/* The caller ends it with draft_stack_done, also as cleanup. MFA_ERR_NOMEM. */
int draft_stack_copy(const struct mfa_stack *stack, const struct mfa_line_facts *facts,
		     struct draft_stack *ret_draft);
void draft_stack_done(struct draft_stack *draft);

/* Gives the line the control "required". */
void draft_stack_require(struct draft_stack *draft, size_t at);
void draft_stack_take_out(struct draft_stack *draft, size_t at);
/* Puts a line before that one (count: at the end), on its level. Only one may be added.
 */
void draft_stack_add(struct draft_stack *draft, size_t at,
		     const struct mfa_stack_line *line,
		     const struct mfa_line_facts *facts);
/* Puts the line before another one that comes earlier. */
void draft_stack_move(struct draft_stack *draft, size_t from, size_t before);

/* That root need not be asked does not open a stack to anybody else. */
void draft_stack_close_to_root(struct draft_stack *draft);
/* Whether somebody who is not root, and whom every module likes, gets one of these
 * results (bits 1 << code); it closes the draft to root. MFA_ERR_FULL, MFA_ERR_NOMEM. */
int draft_stack_admits(struct draft_stack *draft, uint64_t results, bool *ret_is_open);
