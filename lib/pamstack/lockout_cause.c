/* SPDX-License-Identifier: BSD-2-Clause */
/* The lines with mistakes are put right one after the other: the first that opens the
 * stack is the cause. */
#include "lockout_cause.h"

#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "line_facts.h"
#include "line_fault.h"
#include "modules.h"

/* A stack whose lines can be changed. */
struct draft_stack {
	const struct mfa_inspector *inspector;
	enum mfa_facility facility;
	const char *service;
	struct mfa_stack
		stack; /* its lines are a copy; their strings are the service's */
	struct mfa_line_facts *facts;
};

static void draft_stack_done(struct draft_stack *draft)
{
	free(draft->stack.lines);
	line_facts_free(&draft->facts);
}

static int copy_lines(const struct mfa_stack *stack, struct mfa_stack *ret_copy)
{
	struct mfa_stack_line *lines = calloc(stack->count + 1, sizeof *lines);
	if (lines == NULL)
		return MFA_ERR_NOMEM;
	if (stack->count > 0)
		memcpy(lines, stack->lines, stack->count * sizeof *lines);
	*ret_copy = (struct mfa_stack){ .lines = lines, .count = stack->count };
	return MFA_OK;
}

/* That root need not be asked does not open a stack to anybody else. */
static void close_to_root(struct draft_stack *draft)
{
	for (size_t i = 0; i < draft->stack.count; i++)
		if (draft->facts[i].gives == MFA_HAD_ROOT)
			draft->facts[i].answers &= ~draft->facts[i].gives_on;
}

static int test_opening(const struct draft_stack *draft, bool *ret_is_open)
{
	MFA_CLEANUP(mfa_proof_done) struct mfa_proof proof = { 0 };
	/* that the password has to be changed, in the account phase, is not enough: it
	 * does not happen to everybody */
	const struct mfa_claim claim = { .let_in = MFA_ANSWER(MFA_PAM_SUCCESS) };
	int err = mfa_prove(&draft->stack, draft->facts, &claim, &proof);
	if (err == MFA_OK)
		*ret_is_open = proof.is_passable;
	return err;
}

/* The line as it was probably meant: read by libpam, its module there, and pam_mfa with
 * what it needs. */
static void heal_line(struct draft_stack *draft, size_t at)
{
	struct mfa_inspector bare = *draft->inspector;
	struct mfa_stack_line *line = &draft->stack.lines[at];
	bare.knows_modules = false;
	line->kind = MFA_LINE_MODULE;
	if (line->actions[MFA_PAM_SUCCESS] == MFA_DO_BAD)
		(void)control_parse("required", line->actions);
	draft->facts[at] = module_facts(&bare, line, draft->facility, draft->service);
}

static int find_culprit(struct draft_stack *draft, const struct mfa_stack *stack,
			struct mfa_inspection *inspection, struct lockout *lockout)
{
	for (size_t i = 0; i < stack->count; i++) {
		bool is_open = false;
		enum mfa_advisory_kind fault;
		if (!line_fault_find(draft->inspector, &stack->lines[i], inspection,
				     &fault))
			continue;
		heal_line(draft, i);
		int err = test_opening(draft, &is_open);
		if (err != MFA_OK)
			return err;
		if (!is_open)
			continue;
		lockout->culprit = &stack->lines[i];
		lockout->fault = fault;
		return MFA_OK;
	}
	return MFA_OK;
}

int lockout_find(const struct mfa_inspector *inspector, enum mfa_facility facility,
		 const char *service, struct mfa_inspection *inspection,
		 struct lockout *ret_lockout)
{
	const struct mfa_stack *stack = mfa_service_stack(&inspection->service, facility);
	MFA_CLEANUP(draft_stack_done)
	struct draft_stack draft = {
		.inspector = inspector,
		.facility = facility,
		.service = service,
		.facts = line_facts_new(inspector, stack, facility, service, inspection),
	};
	struct lockout lockout = { 0 };
	bool is_open = false;
	if (draft.facts == NULL)
		return MFA_ERR_NOMEM;
	int err = copy_lines(stack, &draft.stack);
	if (err != MFA_OK)
		return err;
	close_to_root(&draft);
	err = test_opening(&draft, &is_open);
	lockout.is_closed = !is_open;
	if (err == MFA_OK && lockout.is_closed)
		err = find_culprit(&draft, stack, inspection, &lockout);
	if (err == MFA_OK)
		*ret_lockout = lockout;
	return err;
}
