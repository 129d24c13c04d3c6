/* SPDX-License-Identifier: BSD-2-Clause */
/* Every change is tried out: one that proves the phase is taken, or else the first after
 * which less is missing. */
#include "mfa/cure.h"

#include <string.h>

#include "draft_stack.h"
#include "line_facts.h"
#include "modules.h"

enum {
	STATES_FEW = 20000, /* of a stack with more, no change is tried */
	MISSING_ALL = 99
};

enum edit {
	EDIT_REQUIRE,
	EDIT_MOVE,
	EDIT_TAKE_OUT,
	EDIT_ADD,
	EDIT_NAME,
	EDIT_NAME_STRICTLY
};

struct cure_search {
	const struct mfa_inspection *inspection;
	const struct mfa_stack *stack;
	const struct mfa_line_facts *facts;
	struct mfa_claim claim;
	int missing; /* how much the way lacks that is shown */
	struct mfa_cure best;
};

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

/* A line of the cure's module, as it answers where it is configured. */
static void add_module(const struct cure_search *search, struct draft_stack *draft,
		       size_t at, const struct mfa_cure *cure)
{
	bool is_mfa = strcmp(cure->module, "pam_mfa.so") == 0;
	bool is_account = search->inspection->facility == MFA_FACILITY_ACCOUNT;
	uint64_t passes = MFA_ANSWER(is_account ? MFA_PAM_IGNORE : MFA_PAM_SUCCESS);
	struct mfa_stack_line line = { .module = cure->module };
	struct mfa_line_facts facts = {
		.answers = passes | MFA_ANSWER(MFA_PAM_AUTH_ERR),
		.gives_on = passes,
		.gives = is_mfa ? MFA_HAD_CODE : MFA_HAD_PASSWORD,
	};
	draft_stack_add(draft, at, &line, &facts);
	draft_stack_require(draft, at);
}

static void apply_edit(const struct cure_search *search, struct draft_stack *draft,
		       enum edit edit, const size_t at[2], const struct mfa_cure *cure)
{
	switch (edit) {
	case EDIT_REQUIRE:
		draft_stack_require(draft, at[0]);
		break;
	case EDIT_MOVE:
		draft_stack_move(draft, at[0], at[1]);
		break;
	case EDIT_TAKE_OUT:
		draft_stack_take_out(draft, at[0]);
		break;
	case EDIT_ADD:
		add_module(search, draft, at[0], cure);
		break;
	case EDIT_NAME_STRICTLY:
		draft_stack_require(draft, at[0]);
		draft->stack.lines[at[0]].actions[MFA_PAM_IGNORE] = MFA_DO_BAD;
		draft->stack.lines[at[0]].actions[MFA_PAM_NEW_AUTHTOK_REQD] = MFA_DO_BAD;
		draft->facts[at[0]].gives = MFA_HAD_PASSWORD;
		draft->facts[at[0]].gives_on = MFA_ANSWER(MFA_PAM_SUCCESS);
		break;
	case EDIT_NAME:
		draft->facts[at[0]].gives = MFA_HAD_PASSWORD;
		draft->facts[at[0]].gives_on = MFA_ANSWER(MFA_PAM_SUCCESS);
		break;
	}
}

/* How much the worst way lacks after the change; MISSING_ALL: nobody could get in. */
static int try_edit(const struct cure_search *search, enum edit edit, const size_t at[2],
		    const struct mfa_cure *cure, int *ret_missing)
{
	MFA_CLEANUP(draft_stack_done) struct draft_stack draft = { 0 };
	MFA_CLEANUP(mfa_proof_done) struct mfa_proof proof = { 0 };
	int err = draft_stack_copy(search->stack, search->facts, &draft);
	if (err != MFA_OK)
		return err;
	apply_edit(search, &draft, edit, at, cure);
	err = mfa_prove(&draft.stack, draft.facts, &search->claim, &proof);
	if (err != MFA_OK && err != MFA_ERR_FULL)
		return err;
	bool is_closed = proof.finding == MFA_PROVED && !proof.is_passable;
	*ret_missing = err == MFA_ERR_FULL || is_closed ? MISSING_ALL
		       : proof.finding != MFA_BYPASS	? 0
						     : __builtin_popcount(proof.missing);
	return MFA_OK;
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

static int consider(struct cure_search *search, enum edit edit, const size_t at[2],
		    const struct mfa_cure *cure)
{
	int missing = MISSING_ALL;
	int err = search->best.is_whole ? MFA_OK
					: try_edit(search, edit, at, cure, &missing);
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
	const size_t moved[2] = { target, find_own_place(search, target, step) };
	const size_t required[2] = { step, 0 };
	int if_moved = MISSING_ALL;
	int if_required = MISSING_ALL;
	struct mfa_cure cure = { .line = &search->stack->lines[target],
				 .other = &search->stack->lines[step] };
	if (is_included(search, target, step))
		cure.before = &search->stack->lines[moved[1]];
	if (search->best.is_whole || step >= target)
		return MFA_OK;
	int err = try_edit(search, EDIT_MOVE, moved, &cure, &if_moved);
	/* what asks for nothing would refuse those whom it is not about */
	if (err == MFA_OK && search->facts[step].gives != 0)
		err = try_edit(search, EDIT_REQUIRE, required, &cure, &if_required);
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
		const size_t at[2] = { i, 0 };
		struct mfa_cure cure = { .kind = MFA_CURE_REQUIRE,
					 .line = &search->stack->lines[i] };
		if ((search->facts[i].gives & lack) == 0)
			continue;
		*ret_has_giver = true;
		if (is_on_way(search, i))
			err = consider(search, EDIT_REQUIRE, at, &cure);
		/* that it passes somebody by does not count either */
		cure.kind = MFA_CURE_BE_STRICT;
		if (err == MFA_OK && is_on_way(search, i) && lack == MFA_HAD_PASSWORD)
			err = consider(search, EDIT_NAME_STRICTLY, at, &cure);
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
		const size_t at[2] = { proof->steps[i].line, 0 };
		const struct mfa_stack_line *line = &search->stack->lines[at[0]];
		struct mfa_cure cure = { .kind = MFA_CURE_NAME, .line = line };
		if (module_is_known(inspector, line) || module_is_strange(line))
			continue;
		err = consider(search, EDIT_NAME, at, &cure);
		cure.kind = MFA_CURE_NAME_STRICTLY;
		if (err == MFA_OK)
			err = consider(search, EDIT_NAME_STRICTLY, at, &cure);
	}
	return err;
}

/* A line that gives nothing, and lets in: the first on the way, since those behind it may
 * be there for others. */
static int consider_taking_out(struct cure_search *search)
{
	const struct mfa_proof *proof = &search->inspection->proof;
	int err = MFA_OK;
	for (size_t i = 0; err == MFA_OK && i < proof->step_count; i++) {
		const size_t at[2] = { proof->steps[i].line, 0 };
		const struct mfa_cure cure = { .kind = MFA_CURE_TAKE_OUT,
					       .line = &search->stack->lines[at[0]] };
		if ((search->facts[at[0]].gives & search->claim.wanted) == 0)
			err = consider(search, EDIT_TAKE_OUT, at, &cure);
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
	const size_t last[2] = { search->stack->count, 0 };
	const size_t first[2] = { 0, 0 };
	struct mfa_cure cure = {
		.kind = MFA_CURE_ADD_LAST,
		.file = find_file(search->inspection),
		.module = lack == MFA_HAD_CODE ? "pam_mfa.so" : "pam_unix.so",
	};
	int err = consider(search, EDIT_ADD, last, &cure);
	cure.kind = MFA_CURE_ADD_FIRST;
	return err == MFA_OK ? consider(search, EDIT_ADD, first, &cure) : err;
}

/* What it answers does not count, or it forgets what was before. */
static int consider_requiring(struct cure_search *search)
{
	const struct mfa_proof *proof = &search->inspection->proof;
	int err = MFA_OK;
	for (size_t i = proof->step_count; err == MFA_OK && i-- > 0;) {
		const size_t at[2] = { proof->steps[i].line, 0 };
		const struct mfa_cure cure = { .kind = MFA_CURE_REQUIRE,
					       .line = &search->stack->lines[at[0]] };
		err = consider(search, EDIT_REQUIRE, at, &cure);
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
	struct cure_search search = {
		.inspection = inspection,
		.stack = stack,
		.facts = facts,
		.claim = mfa_inspect_claim(inspection->facility),
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
