/* SPDX-License-Identifier: BSD-2-Clause */
#include "draft_stack.h"

#include <stdlib.h>
#include <string.h>

#include "control.h"

int draft_stack_copy(const struct mfa_stack *stack, const struct mfa_line_facts *facts,
		     struct draft_stack *ret_draft)
{
	size_t room = stack->count + 1; /* for the line that is added */
	struct draft_stack draft = {
		.stack = { .lines = calloc(room, sizeof *stack->lines),
			   .count = stack->count,
			   .room = room },
		.facts = calloc(room, sizeof *facts),
	};
	if (draft.stack.lines == NULL || draft.facts == NULL) {
		draft_stack_done(&draft);
		return MFA_ERR_NOMEM;
	}
	if (stack->count > 0) {
		memcpy(draft.stack.lines, stack->lines,
		       stack->count * sizeof *stack->lines);
		memcpy(draft.facts, facts, stack->count * sizeof *facts);
	}
	*ret_draft = draft;
	return MFA_OK;
}

void draft_stack_done(struct draft_stack *draft)
{
	free(draft->stack.lines);
	free(draft->facts);
	*draft = (struct draft_stack){ 0 };
}

void draft_stack_require(struct draft_stack *draft, size_t at)
{
	(void)control_parse(MFA_LIBPAM_1_5, "required", draft->stack.lines[at].actions);
}

void draft_stack_take_out(struct draft_stack *draft, size_t at)
{
	size_t behind = draft->stack.count - at - 1;
	memmove(&draft->stack.lines[at], &draft->stack.lines[at + 1],
		behind * sizeof *draft->stack.lines);
	memmove(&draft->facts[at], &draft->facts[at + 1], behind * sizeof *draft->facts);
	draft->stack.count--;
}

void draft_stack_add(struct draft_stack *draft, size_t at,
		     const struct mfa_stack_line *line,
		     const struct mfa_line_facts *facts)
{
	size_t behind = draft->stack.count - at;
	unsigned level = behind > 0 ? draft->stack.lines[at].level : 0;
	memmove(&draft->stack.lines[at + 1], &draft->stack.lines[at],
		behind * sizeof *draft->stack.lines);
	memmove(&draft->facts[at + 1], &draft->facts[at], behind * sizeof *draft->facts);
	draft->stack.lines[at] = *line;
	draft->stack.lines[at].level = level;
	draft->facts[at] = *facts;
	draft->stack.count++;
}

void draft_stack_move(struct draft_stack *draft, size_t from, size_t before)
{
	struct mfa_stack_line line = draft->stack.lines[from];
	struct mfa_line_facts facts = draft->facts[from];
	draft_stack_take_out(draft, from);
	draft_stack_add(draft, before, &line, &facts);
}

void draft_stack_close_to_root(struct draft_stack *draft)
{
	for (size_t i = 0; i < draft->stack.count; i++)
		if (draft->facts[i].gives == MFA_HAD_ROOT)
			draft->facts[i].answers &= ~draft->facts[i].gives_on;
}

int draft_stack_admits(struct draft_stack *draft, uint64_t results, bool *ret_is_open)
{
	MFA_CLEANUP(mfa_proof_done) struct mfa_proof proof = { 0 };
	const struct mfa_claim claim = { .let_in = results };
	draft_stack_close_to_root(draft);
	int err = mfa_prove(&draft->stack, draft->facts, &claim, &proof);
	if (err == MFA_OK)
		*ret_is_open = proof.is_passable;
	return err;
}
