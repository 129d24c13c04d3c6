/* SPDX-License-Identifier: BSD-2-Clause */
#include "cure_trial.h"

#include <stdlib.h>
#include <string.h>

#include "line_facts.h"

static void end_neighbour(struct cure_neighbour *neighbour)
{
	free(neighbour->name);
	line_facts_free(&neighbour->facts);
	mfa_inspection_done(&neighbour->inspection);
}

void cure_trial_done(struct cure_trial *trial)
{
	for (size_t i = 0; i < trial->neighbour_count; i++)
		end_neighbour(&trial->neighbours[i]);
	free(trial->neighbours);
	trial->neighbours = NULL;
	trial->neighbour_count = 0;
}

static const struct mfa_stack *neighbour_stack(const struct cure_trial *trial,
					       const struct cure_neighbour *neighbour)
{
	return mfa_service_stack(&neighbour->inspection.service, trial->facility);
}

/* A service that libpam cannot read admits nobody as it is. */
static int read_neighbour(const struct cure_trial *trial, const char *name,
			  struct cure_neighbour *ret_neighbour)
{
	const char *asked = strcmp(name, "other") != 0 ? name : NULL;
	struct mfa_inspection *inspection = &ret_neighbour->inspection;
	int err = mfa_service_read(&trial->inspector->rootfs, asked, NULL,
				   &inspection->service);
	if (err != MFA_OK)
		return err == MFA_ERR_NOMEM ? err : MFA_OK;
	ret_neighbour->name = strdup(name);
	ret_neighbour->facts =
		line_facts_new(trial->inspector, neighbour_stack(trial, ret_neighbour),
			       trial->facility, asked, inspection);
	return ret_neighbour->name != NULL && ret_neighbour->facts != NULL
		       ? MFA_OK
		       : MFA_ERR_NOMEM;
}

static int read_neighbours(struct cure_trial *trial)
{
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings names = { 0 };
	if (trial->knows_neighbours)
		return MFA_OK;
	int err = mfa_service_list(&trial->inspector->rootfs, NULL, &names);
	if (err != MFA_OK && err != MFA_ERR_NOMEM)
		err = MFA_OK; /* there is no folder of them, and so no other service */
	if (err == MFA_OK)
		trial->neighbours = calloc(names.count + 1, sizeof *trial->neighbours);
	if (err == MFA_OK && trial->neighbours == NULL)
		err = MFA_ERR_NOMEM;
	const char *own = trial->service != NULL ? trial->service : "other";
	for (size_t i = 0; err == MFA_OK && i < names.count; i++) {
		if (strcmp(names.items[i], own) == 0)
			continue;
		err = read_neighbour(trial, names.items[i],
				     &trial->neighbours[trial->neighbour_count]);
		trial->neighbour_count++;
	}
	trial->knows_neighbours = err == MFA_OK;
	return err;
}

/* A line of the cure's module, as it answers where it is configured. */
static void add_module(const struct cure_trial *trial, struct draft_stack *draft,
		       size_t at, const char *module)
{
	bool is_mfa = strcmp(module, "pam_mfa.so") == 0;
	bool is_account = trial->facility == MFA_FACILITY_ACCOUNT;
	uint64_t passes = MFA_ANSWER(is_account ? MFA_PAM_IGNORE : MFA_PAM_SUCCESS);
	struct mfa_stack_line line = { .module = module };
	struct mfa_line_facts facts = {
		.answers = passes | MFA_ANSWER(MFA_PAM_AUTH_ERR),
		.gives_on = passes,
		.gives = is_mfa ? MFA_HAD_CODE : MFA_HAD_PASSWORD,
	};
	draft_stack_add(draft, at, &line, &facts);
	draft_stack_require(draft, at);
}

static void make_strict(struct draft_stack *draft, size_t at)
{
	draft_stack_require(draft, at);
	draft->stack.lines[at].actions[MFA_PAM_IGNORE] = MFA_DO_BAD;
	draft->stack.lines[at].actions[MFA_PAM_NEW_AUTHTOK_REQD] = MFA_DO_BAD;
	draft->facts[at].gives = MFA_HAD_PASSWORD;
	draft->facts[at].gives_on = MFA_ANSWER(MFA_PAM_SUCCESS);
}

static void apply_change(const struct cure_trial *trial, struct draft_stack *draft,
			 const struct cure_change *change)
{
	switch (change->edit) {
	case EDIT_REQUIRE:
		draft_stack_require(draft, change->line);
		break;
	case EDIT_MOVE:
		draft_stack_move(draft, change->line, change->before);
		break;
	case EDIT_TAKE_OUT:
		draft_stack_take_out(draft, change->line);
		break;
	case EDIT_ADD:
		add_module(trial, draft, change->line, change->module);
		break;
	case EDIT_NAME_STRICTLY:
		make_strict(draft, change->line);
		break;
	case EDIT_NAME:
		draft->facts[change->line].gives = MFA_HAD_PASSWORD;
		draft->facts[change->line].gives_on = MFA_ANSWER(MFA_PAM_SUCCESS);
		break;
	}
}

/* The stack's count: it does not have the line. */
static size_t find_stack_line(const struct mfa_stack *stack,
			      const struct mfa_stack_line *line)
{
	size_t at = 0;
	while (at < stack->count && !mfa_stack_line_is(&stack->lines[at], line))
		at++;
	return at;
}

/* Where a service that reads the file gets the line that is added to it: behind or before
 * what it has of the file. The stack's count + 1: nowhere. */
static size_t find_addition(const struct cure_trial *trial, const struct mfa_stack *stack,
			    const struct cure_change *change)
{
	bool is_last = change->line == trial->stack->count;
	size_t nowhere = stack->count + 1;
	if (trial->stack->count == 0)
		return nowhere;
	const struct mfa_stack_line *beside =
		&trial->stack->lines[is_last ? trial->stack->count - 1 : 0];
	size_t at = find_stack_line(stack, beside);
	return at == stack->count ? nowhere : at + is_last;
}

/* A move takes the line from all that have it, and gives it to all that have its new
 * place. */
static bool move_for_neighbour(const struct cure_trial *trial, struct draft_stack *draft,
			       const struct cure_change *change)
{
	const struct mfa_stack_line *line = &trial->stack->lines[change->line];
	const struct mfa_stack_line *before = &trial->stack->lines[change->before];
	size_t from = find_stack_line(&draft->stack, line);
	size_t to = find_stack_line(&draft->stack, before);
	bool has_line = from < draft->stack.count;
	/* the line stays in its file, before what includes the other */
	bool has_place = to < draft->stack.count && (change->file == NULL || has_line);
	if (has_line && has_place && to < from)
		draft_stack_move(draft, from, to);
	else if (has_line)
		draft_stack_take_out(draft, from);
	else if (has_place)
		draft_stack_add(draft, to, line, &trial->facts[change->line]);
	return has_line || has_place;
}

static bool has_lines_of(const struct mfa_stack *stack, const char *file)
{
	for (size_t i = 0; file != NULL && i < stack->count; i++)
		if (strcmp(stack->lines[i].file, file) == 0)
			return true;
	return false;
}

/* false: it has nothing of what changes. */
static bool change_neighbour(const struct cure_trial *trial, struct draft_stack *draft,
			     const struct cure_change *change)
{
	struct cure_change theirs = *change;
	bool has_place = false;
	if (change->edit == EDIT_MOVE)
		return move_for_neighbour(trial, draft, change);
	if (change->edit == EDIT_ADD) {
		theirs.line = find_addition(trial, &draft->stack, change);
		has_place = theirs.line <= draft->stack.count &&
			    has_lines_of(&draft->stack, change->file);
	} else {
		theirs.line = find_stack_line(&draft->stack,
					      &trial->stack->lines[change->line]);
		has_place = theirs.line < draft->stack.count;
	}
	if (has_place)
		apply_change(trial, draft, &theirs);
	return has_place;
}

struct judgement {
	int missing;  /* in bits; 0: proved */
	bool is_open; /* to others than root */
};

static int judge_draft(const struct cure_trial *trial, struct draft_stack *draft,
		       struct judgement *ret_judgement)
{
	MFA_CLEANUP(mfa_proof_done) struct mfa_proof proof = { 0 };
	struct judgement judgement = { 0 };
	int err = mfa_prove(&draft->stack, draft->facts, &trial->claim, &proof);
	if (err != MFA_OK)
		return err;
	if (proof.finding == MFA_BYPASS)
		judgement.missing = __builtin_popcount(proof.missing);
	err = draft_stack_admits(draft, trial->claim.let_in, &judgement.is_open);
	if (err == MFA_OK)
		*ret_judgement = judgement;
	return err;
}

/* A stack with too many ways to judge is not changed on trust. */
static int try_on_neighbour(const struct cure_trial *trial,
			    const struct cure_neighbour *neighbour,
			    const struct cure_change *change, bool *ret_is_worse)
{
	const struct mfa_stack *stack = neighbour_stack(trial, neighbour);
	MFA_CLEANUP(draft_stack_done) struct draft_stack before = { .facts = NULL };
	MFA_CLEANUP(draft_stack_done) struct draft_stack after = { .facts = NULL };
	struct judgement old = { 0 };
	struct judgement new = { 0 };
	if (neighbour->facts == NULL)
		return MFA_OK;
	int err = draft_stack_copy(stack, neighbour->facts, &before);
	if (err == MFA_OK)
		err = draft_stack_copy(stack, neighbour->facts, &after);
	if (err != MFA_OK)
		return err;
	if (!change_neighbour(trial, &after, change))
		return MFA_OK;
	err = judge_draft(trial, &before, &old);
	if (err == MFA_OK)
		err = judge_draft(trial, &after, &new);
	*ret_is_worse = err != MFA_OK || new.missing > old.missing ||
			(old.is_open && !new.is_open);
	return err == MFA_ERR_FULL ? MFA_OK : err;
}

static int try_on_neighbours(struct cure_trial *trial, const struct cure_change *change,
			     bool *ret_is_worse)
{
	int err = change->edit != EDIT_NAME ? read_neighbours(trial) : MFA_OK;
	for (size_t i = 0; err == MFA_OK && !*ret_is_worse && i < trial->neighbour_count;
	     i++)
		if (change->edit != EDIT_NAME)
			err = try_on_neighbour(trial, &trial->neighbours[i], change,
					       ret_is_worse);
	return err;
}

int cure_trial_try(struct cure_trial *trial, const struct cure_change *change,
		   int *ret_missing)
{
	MFA_CLEANUP(draft_stack_done) struct draft_stack draft = { .facts = NULL };
	struct judgement judgement = { 0 };
	bool is_worse = false;
	int err = draft_stack_copy(trial->stack, trial->facts, &draft);
	if (err != MFA_OK)
		return err;
	apply_change(trial, &draft, change);
	err = judge_draft(trial, &draft, &judgement);
	if (err == MFA_OK && judgement.is_open)
		err = try_on_neighbours(trial, change, &is_worse);
	if (err != MFA_OK && err != MFA_ERR_FULL)
		return err;
	*ret_missing = err == MFA_ERR_FULL || !judgement.is_open || is_worse
			       ? MISSING_ALL
			       : judgement.missing;
	return MFA_OK;
}

int cure_trial_is_shared(struct cure_trial *trial, const char *file, bool *ret_is_shared)
{
	bool is_shared = false;
	int err = read_neighbours(trial);
	for (size_t i = 0; err == MFA_OK && i < trial->neighbour_count; i++) {
		const struct mfa_service *service =
			&trial->neighbours[i].inspection.service;
		is_shared =
			is_shared || has_lines_of(&service->own[trial->facility], file);
	}
	if (err == MFA_OK)
		*ret_is_shared = is_shared;
	return err;
}
