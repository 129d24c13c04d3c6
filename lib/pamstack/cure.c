/* SPDX-License-Identifier: BSD-2-Clause */
/* Every change is tried out (cure_trial.h): one that proves the phase is taken, or else
 * the first after which less is missing. */
#include "mfa/cure.h"

#include <string.h>

#include "cure_trial.h"
#include "line_facts.h"
#include "modules.h"

enum {
	STATES_FEW = 20000 /* of a stack with more, no change is tried */
};

struct cure_search {
	const struct mfa_inspection *inspection;
	const struct mfa_stack *stack;
	const struct mfa_line_facts *facts;
	struct cure_trial trial;
	int missing; /* how much the way lacks that is shown */
	struct mfa_cure best;
};

static void cure_search_done(struct cure_search *search)
{
	cure_trial_done(&search->trial);
}

const char *mfa_cure_name(enum mfa_cure_kind kind)
{
	static const char *const names[] = {
		[MFA_CURE_NONE] = "none",
		[MFA_CURE_REQUIRE] = "require",
		[MFA_CURE_BE_STRICT] = "be-strict",
		[MFA_CURE_MOVE] = "move",
		[MFA_CURE_REQUIRE_OTHER] = "require-other",
		[MFA_CURE_MOVE_OR_REQUIRE] = "move-or-require",
		[MFA_CURE_TAKE_OUT] = "take-out",
		[MFA_CURE_ADD_LAST] = "add-last",
		[MFA_CURE_ADD_FIRST] = "add-first",
		[MFA_CURE_NAME] = "name",
		[MFA_CURE_NAME_STRICTLY] = "name-strictly",
		[MFA_CURE_INSTALL] = "install",
		[MFA_CURE_GATE] = "gate",
	};
	return (size_t)kind < MFA_COUNT(names) ? names[kind] : "none";
}

static void keep_best(struct cure_search *search, const struct mfa_cure *cure,
		      int missing)
{
	bool is_first = search->best.kind == MFA_CURE_NONE;
	if ((missing == 0 && (is_first || !search->best.is_whole)) ||
	    (missing < search->missing && is_first)) {
		search->best = *cure;
		search->best.is_whole = missing == 0;
	}
}

static int consider(struct cure_search *search, const struct cure_change *change,
		    const struct mfa_cure *cure)
{
	int missing = MISSING_ALL;
	int err = search->best.is_whole
			  ? MFA_OK
			  : cure_trial_try(&search->trial, change, &missing);
	if (err == MFA_OK)
		keep_best(search, cure, missing);
	return err;
}

/* Whether the target is in the service's own file, and the step in one that it includes.
 */
static bool is_included(const struct cure_search *search, size_t target, size_t step)
{
	const struct mfa_service *service = &search->inspection->service;
	const struct mfa_stack_line *lines = search->stack->lines;
	return service->has_file && service->files.count > 0 &&
	       strcmp(lines[target].file, service->files.items[0]) == 0 &&
	       strcmp(lines[step].file, lines[target].file) != 0;
}

/* Other services have the same lines of an included file: the place in the target's own
 * file is before all of them. */
static size_t find_own_place(const struct cure_search *search, size_t target, size_t step)
{
	while (is_included(search, target, step) && step > 0 &&
	       is_included(search, target, step - 1))
		step--;
	return step;
}

/* A line is never reached: put it before the step that ends the stack or jumps over it,
 * or have that step go on. */
static int consider_unreached(struct cure_search *search, size_t target, size_t step)
{
	struct cure_change moved = { .edit = EDIT_MOVE,
				     .line = target,
				     .before = find_own_place(search, target, step) };
	const struct cure_change required = { .edit = EDIT_REQUIRE, .line = step };
	int if_moved = MISSING_ALL;
	int if_required = MISSING_ALL;
	struct mfa_cure cure = { .line = &search->stack->lines[target],
				 .other = &search->stack->lines[step] };
	if (is_included(search, target, step)) {
		cure.before = &search->stack->lines[moved.before];
		moved.file = search->stack->lines[target].file;
	}
	if (search->best.is_whole || step >= target)
		return MFA_OK;
	int err = cure_trial_try(&search->trial, &moved, &if_moved);
	/* what asks for nothing would refuse those whom it is not about */
	if (err == MFA_OK && search->facts[step].gives != 0)
		err = cure_trial_try(&search->trial, &required, &if_required);
	if (err != MFA_OK)
		return err;
	cure.kind = if_moved == if_required  ? MFA_CURE_MOVE_OR_REQUIRE
		    : if_moved < if_required ? MFA_CURE_MOVE
					     : MFA_CURE_REQUIRE_OTHER;
	keep_best(search, &cure, if_moved < if_required ? if_moved : if_required);
	return MFA_OK;
}

static bool is_on_way(const struct cure_search *search, size_t line)
{
	const struct mfa_proof *proof = &search->inspection->proof;
	for (size_t i = 0; i < proof->step_count; i++)
		if (proof->steps[i].line == line)
			return true;
	return false;
}

/* The lines that could have given what the way lacks. */
static int consider_givers(struct cure_search *search, unsigned lack, bool *ret_has_giver)
{
	const struct mfa_proof *proof = &search->inspection->proof;
	int err = MFA_OK;
	for (size_t i = 0; err == MFA_OK && i < search->stack->count; i++) {
		struct cure_change change = { .edit = EDIT_REQUIRE, .line = i };
		struct mfa_cure cure = { .kind = MFA_CURE_REQUIRE,
					 .line = &search->stack->lines[i] };
		if ((search->facts[i].gives & lack) == 0)
			continue;
		*ret_has_giver = true;
		if (is_on_way(search, i))
			err = consider(search, &change, &cure);
		/* that it passes somebody by does not count either */
		cure.kind = MFA_CURE_BE_STRICT;
		change.edit = EDIT_NAME_STRICTLY;
		if (err == MFA_OK && is_on_way(search, i) && lack == MFA_HAD_PASSWORD)
			err = consider(search, &change, &cure);
		for (size_t j = proof->step_count; err == MFA_OK && j-- > 0;)
			if (!is_on_way(search, i))
				err = consider_unreached(search, i, proof->steps[j].line);
	}
	return err;
}

/* A module of which nothing is known may be what checks the password. */
static int consider_naming(struct cure_search *search,
			   const struct mfa_inspector *inspector)
{
	const struct mfa_proof *proof = &search->inspection->proof;
	int err = MFA_OK;
	for (size_t i = 0; err == MFA_OK && i < proof->step_count; i++) {
		struct cure_change change = { .edit = EDIT_NAME,
					      .line = proof->steps[i].line };
		const struct mfa_stack_line *line = &search->stack->lines[change.line];
		struct mfa_cure cure = { .kind = MFA_CURE_NAME, .line = line };
		if (module_is_known(inspector, line) || module_is_strange(line))
			continue;
		err = consider(search, &change, &cure);
		cure.kind = MFA_CURE_NAME_STRICTLY;
		change.edit = EDIT_NAME_STRICTLY;
		if (err == MFA_OK)
			err = consider(search, &change, &cure);
	}
	return err;
}

/* Without what a jump lands on, the jump goes somewhere else. */
static bool is_jumped_to(const struct mfa_stack *stack, size_t line)
{
	for (size_t i = 0; i < line; i++)
		for (int code = 0; code < MFA_PAM_CODES; code++)
			if (stack->lines[i].actions[code] > 0 &&
			    i + (size_t)stack->lines[i].actions[code] + 1 == line)
				return true;
	return false;
}

/* A line that gives nothing, and lets in: the first on the way, since those behind it may
 * be there for others. What other services include is there for them. */
static int consider_taking_out(struct cure_search *search)
{
	const struct mfa_proof *proof = &search->inspection->proof;
	int err = MFA_OK;
	for (size_t i = 0; err == MFA_OK && i < proof->step_count; i++) {
		const struct cure_change change = { .edit = EDIT_TAKE_OUT,
						    .line = proof->steps[i].line };
		const struct mfa_stack_line *line = &search->stack->lines[change.line];
		const struct mfa_cure cure = { .kind = MFA_CURE_TAKE_OUT, .line = line };
		bool is_shared = false;
		if ((search->facts[change.line].gives & search->trial.claim.wanted) !=
			    0 ||
		    is_jumped_to(search->stack, change.line))
			continue;
		err = cure_trial_is_shared(&search->trial, line->file, &is_shared);
		if (err == MFA_OK && !is_shared)
			err = consider(search, &change, &cure);
	}
	return err;
}

/* The file whose lines of the phase libpam runs. */
static const char *find_file(const struct mfa_inspection *inspection)
{
	const struct mfa_service *service = &inspection->service;
	const struct mfa_strings *files = &service->files;
	if (service->own[inspection->facility].count > 0)
		return files->count > 0 ? files->items[0] : NULL;
	for (size_t i = 0; i < files->count; i++) {
		const char *slash = strrchr(files->items[i], '/');
		if (slash != NULL && strcmp(slash + 1, "other") == 0)
			return files->items[i];
	}
	return NULL;
}

static int consider_adding(struct cure_search *search, unsigned lack)
{
	struct mfa_cure cure = {
		.kind = MFA_CURE_ADD_LAST,
		.file = find_file(search->inspection),
		.module = lack == MFA_HAD_CODE ? "pam_mfa.so" : "pam_unix.so",
	};
	struct cure_change change = { .edit = EDIT_ADD,
				      .line = search->stack->count,
				      .module = cure.module,
				      .file = cure.file };
	int err = consider(search, &change, &cure);
	cure.kind = MFA_CURE_ADD_FIRST;
	change.line = 0;
	return err == MFA_OK ? consider(search, &change, &cure) : err;
}

/* What it answers does not count, or it forgets what was before. */
static int consider_requiring(struct cure_search *search)
{
	const struct mfa_proof *proof = &search->inspection->proof;
	int err = MFA_OK;
	for (size_t i = proof->step_count; err == MFA_OK && i-- > 0;) {
		const struct cure_change change = { .edit = EDIT_REQUIRE,
						    .line = proof->steps[i].line };
		const struct mfa_cure cure = {
			.kind = MFA_CURE_REQUIRE,
			.line = &search->stack->lines[change.line],
		};
		err = consider(search, &change, &cure);
	}
	return err;
}

static int consider_lacks(struct cure_search *search)
{
	static const unsigned lacks[] = { MFA_HAD_CODE, MFA_HAD_PASSWORD };
	int err = MFA_OK;
	for (size_t i = 0; err == MFA_OK && i < MFA_COUNT(lacks); i++) {
		bool has_giver = false;
		if ((search->inspection->proof.missing & lacks[i]) == 0)
			continue;
		err = consider_givers(search, lacks[i], &has_giver);
		if (err == MFA_OK && !has_giver)
			err = consider_adding(search, lacks[i]);
	}
	return err;
}

/* In the account phase a line that lets in by itself has its purpose, once the gate is
 * before it. */
static int consider_all(struct cure_search *search, const struct mfa_inspector *inspector)
{
	bool is_auth = search->inspection->facility == MFA_FACILITY_AUTH;
	int err = MFA_OK;
	if (is_auth && (search->inspection->proof.missing & MFA_HAD_PASSWORD) != 0)
		err = consider_naming(search, inspector);
	if (err == MFA_OK && is_auth)
		err = consider_taking_out(search);
	if (err == MFA_OK)
		err = consider_lacks(search);
	if (err == MFA_OK)
		err = consider_requiring(search);
	return err == MFA_OK && !is_auth ? consider_taking_out(search) : err;
}

static bool find_missing_module(const struct mfa_inspector *inspector,
				const struct cure_search *search,
				struct mfa_cure *ret_cure)
{
	const struct mfa_proof *proof = &search->inspection->proof;
	for (size_t i = 0; i < proof->step_count; i++) {
		const struct mfa_stack_line *line =
			&search->stack->lines[proof->steps[i].line];
		if (!module_is_missing(inspector, line) ||
		    module_role(inspector, line) == MODULE_OTHER)
			continue;
		*ret_cure = (struct mfa_cure){ .kind = MFA_CURE_INSTALL, .line = line };
		return true;
	}
	return false;
}

/* The zones come first: without their gate no line of the account phase closes it. */
static bool find_gate(const struct mfa_inspection *inspection, struct mfa_cure *ret_cure)
{
	for (size_t i = 0; i < inspection->advisory_count; i++) {
		const struct mfa_advisory *advisory = &inspection->advisories[i];
		if (inspection->facility != MFA_FACILITY_ACCOUNT ||
		    advisory->kind != MFA_ADVISORY_UNGATED)
			continue;
		*ret_cure = (struct mfa_cure){ .kind = MFA_CURE_GATE,
					       .zone = advisory->zone };
		return true;
	}
	return false;
}

int mfa_cure_find(const struct mfa_inspector *inspector, const char *service,
		  struct mfa_inspection *inspection, struct mfa_cure *ret_cure)
{
	const struct mfa_stack *stack =
		mfa_service_stack(&inspection->service, inspection->facility);
	MFA_CLEANUP(line_facts_free)
	struct mfa_line_facts *facts = line_facts_new(
		inspector, stack, inspection->facility, service, inspection);
	if (facts == NULL)
		return MFA_ERR_NOMEM;
	MFA_CLEANUP(cure_search_done)
	struct cure_search search = {
		.inspection = inspection,
		.stack = stack,
		.facts = facts,
		.trial = { .inspector = inspector,
			   .service = service,
			   .facility = inspection->facility,
			   .stack = stack,
			   .facts = facts,
			   .claim = mfa_inspect_claim(inspection->facility) },
		.missing = __builtin_popcount(inspection->proof.missing),
	};
	int err = MFA_OK;
	if (!find_gate(inspection, &search.best) &&
	    !find_missing_module(inspector, &search, &search.best) &&
	    inspection->states <= STATES_FEW)
		err = consider_all(&search, inspector);
	if (err == MFA_OK)
		*ret_cure = search.best;
	return err;
}
