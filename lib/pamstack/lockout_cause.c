/* SPDX-License-Identifier: BSD-2-Clause */
/* The lines with mistakes are put right one after the other: the first that opens the
 * stack is the cause. */
#include "lockout_cause.h"

#include "draft_stack.h"
#include "line_facts.h"
#include "line_fault.h"
#include "modules.h"

/* What is being looked at, and its stack, put right so far. */
struct repair {
	const struct mfa_inspector *inspector;
	enum mfa_facility facility;
	const char *service;
	struct draft_stack draft;
};

static void repair_done(struct repair *repair)
{
	draft_stack_done(&repair->draft);
}

/* That the password has to be changed, in the account phase, is not enough: it does not
 * happen to everybody */
static int test_opening(struct draft_stack *draft, bool *ret_is_open)
{
	return draft_stack_admits(draft, MFA_ANSWER(MFA_PAM_SUCCESS), ret_is_open);
}

/* The line as it was probably meant: read by libpam, its module there, and pam_mfa with
 * what it needs. */
static void heal_line(struct repair *repair, size_t at)
{
	struct mfa_inspector bare = *repair->inspector;
	struct mfa_stack_line *line = &repair->draft.stack.lines[at];
	bare.knows_modules = false;
	line->kind = MFA_LINE_MODULE;
	if (line->actions[MFA_PAM_SUCCESS] == MFA_DO_BAD)
		draft_stack_require(&repair->draft, at);
	repair->draft.facts[at] =
		module_facts(&bare, line, repair->facility, repair->service);
}

static int find_culprit(struct repair *repair, const struct mfa_stack *stack,
			struct mfa_inspection *inspection, struct lockout *lockout)
{
	for (size_t i = 0; i < stack->count; i++) {
		bool is_open = false;
		enum mfa_advisory_kind fault;
		if (!line_fault_find(repair->inspector, &stack->lines[i], inspection,
				     &fault))
			continue;
		heal_line(repair, i);
		int err = test_opening(&repair->draft, &is_open);
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
	MFA_CLEANUP(line_facts_free)
	struct mfa_line_facts *facts =
		line_facts_new(inspector, stack, facility, service, inspection);
	MFA_CLEANUP(repair_done)
	struct repair repair = { inspector, facility, service, { .facts = NULL } };
	struct lockout lockout = { 0 };
	bool is_open = false;
	if (facts == NULL)
		return MFA_ERR_NOMEM;
	int err = draft_stack_copy(stack, facts, &repair.draft);
	if (err != MFA_OK)
		return err;
	err = test_opening(&repair.draft, &is_open);
	lockout.is_closed = !is_open;
	if (err == MFA_OK && lockout.is_closed)
		err = find_culprit(&repair, stack, inspection, &lockout);
	if (err == MFA_OK)
		*ret_lockout = lockout;
	return err;
}
