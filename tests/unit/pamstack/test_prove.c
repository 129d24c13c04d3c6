/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/prove.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

enum {
	LINES_MAX = 7,
	STACKS = 20000
};

static const struct mfa_claim both = { MFA_ANSWER(MFA_PAM_SUCCESS) |
					       MFA_ANSWER(MFA_PAM_NEW_AUTHTOK_REQD),
				       MFA_HAD_PASSWORD | MFA_HAD_CODE };

/* The results of all walks of a stack, when each of them is walked. */
struct brute {
	const struct mfa_stack *stack;
	const struct mfa_line_facts *facts;
	size_t walks;
	unsigned missing; /* how much the worst lacks; 0: there is none */
	size_t bypass;	  /* steps of the shortest of these; SIZE_MAX: none */
	size_t by_root;
	bool is_passable;
	bool is_precondition_violated;
};

static void end_walk(struct brute *brute, const struct mfa_dispatch *walk, unsigned had,
		     size_t steps)
{
	brute->walks++;
	if ((both.let_in & MFA_ANSWER(mfa_dispatch_result(walk))) == 0)
		return;
	unsigned missing = (unsigned)__builtin_popcount(both.wanted & ~had);
	if (missing == 0) {
		brute->is_passable = true;
	} else if ((had & MFA_HAD_ROOT) != 0) {
		brute->by_root = steps < brute->by_root ? steps : brute->by_root;
	} else if (missing > brute->missing ||
		   (missing == brute->missing && steps < brute->bypass)) {
		brute->missing = missing;
		brute->bypass = steps;
	}
}

static void walk_all(struct brute *brute, const struct mfa_dispatch *from, unsigned had,
		     size_t steps)
{
	if (mfa_dispatch_is_over(brute->stack, from)) {
		end_walk(brute, from, had, steps);
		return;
	}
	const struct mfa_line_facts *facts = &brute->facts[from->at];
	if ((had & facts->needs) != facts->needs)
		brute->is_precondition_violated = true;
	for (int code = 0; code <= MFA_PAM_INVALID; code++) {
		if ((facts->answers & MFA_ANSWER(code)) == 0)
			continue;
		struct mfa_dispatch walk = *from;
		unsigned gives =
			(facts->gives_on & MFA_ANSWER(code)) != 0 ? facts->gives : 0;
		mfa_dispatch_answer(brute->stack, &walk, code);
		walk_all(brute, &walk, had | gives, steps + 1);
	}
}

static unsigned below(unsigned limit)
{
	return (unsigned)rand() % limit;
}

static int random_action(void)
{
	static const int actions[] = { 0,  0,  -1, -1, -1, -2, -2, -3,
				       -3, -4, -5, 1,  1,  2,  3 };
	return actions[below(MFA_COUNT(actions))];
}

static void make_line(struct mfa_stack_line *line, unsigned *level)
{
	*line = (struct mfa_stack_line){ .level = *level };
	for (int i = 0; i < MFA_PAM_CODES; i++)
		line->actions[i] = random_action();
	unsigned choice = below(8);
	if (choice == 0 && *level < 3) {
		line->kind = MFA_LINE_SUBSTACK;
		(*level)++;
	} else if (choice <= 2 && *level > 0) {
		(*level)--;
	}
}

static struct mfa_line_facts random_facts(void)
{
	static const int codes[] = { MFA_PAM_SUCCESS, MFA_PAM_AUTH_ERR, MFA_PAM_IGNORE,
				     MFA_PAM_NEW_AUTHTOK_REQD, MFA_PAM_INVALID };
	static const unsigned gives[] = { 0, 1, 1, 2, 2, 4 };
	struct mfa_line_facts facts = { .gives = gives[below(MFA_COUNT(gives))] };
	for (unsigned i = 1 + below(3); i > 0; i--)
		facts.answers |= MFA_ANSWER(codes[below(MFA_COUNT(codes))]);
	facts.gives_on = MFA_ANSWER(MFA_PAM_SUCCESS);
	if (below(5) == 0)
		facts.needs = MFA_HAD_PASSWORD;
	return facts;
}

static void check_steps(const struct mfa_stack *stack, const struct mfa_line_facts *facts,
			const struct mfa_proof *proof)
{
	struct mfa_dispatch walk;
	unsigned had = 0;
	mfa_dispatch_begin(stack, &walk);
	for (size_t i = 0; i < proof->step_count; i++) {
		const struct mfa_step *step = &proof->steps[i];
		assert_false(mfa_dispatch_is_over(stack, &walk));
		assert_int_equal(walk.at, step->line);
		assert_true((facts[step->line].answers & MFA_ANSWER(step->code)) != 0);
		if ((facts[step->line].gives_on & MFA_ANSWER(step->code)) != 0)
			had |= facts[step->line].gives;
		mfa_dispatch_answer(stack, &walk, step->code);
	}
	assert_true(mfa_dispatch_is_over(stack, &walk));
	assert_int_equal(mfa_dispatch_result(&walk), proof->result);
	assert_true((both.let_in & MFA_ANSWER(proof->result)) != 0);
	assert_int_equal(both.wanted & ~had, proof->missing);
	assert_int_not_equal(proof->missing, 0);
	assert_int_equal((had & MFA_HAD_ROOT) != 0,
			 proof->finding == MFA_PROVED_BUT_ROOT);
}

static void compare(const struct mfa_stack *stack, const struct mfa_line_facts *facts,
		    unsigned counts[static 3])
{
	MFA_CLEANUP(mfa_proof_done) struct mfa_proof proof = { 0 };
	struct brute brute = { stack, facts, 0, 0, SIZE_MAX, SIZE_MAX, false, false };
	struct mfa_dispatch walk;
	mfa_dispatch_begin(stack, &walk);
	walk_all(&brute, &walk, 0, 0);
	assert_int_equal(mfa_prove(stack, facts, &both, &proof), MFA_OK);
	enum mfa_finding finding = brute.bypass != SIZE_MAX    ? MFA_BYPASS
				   : brute.by_root != SIZE_MAX ? MFA_PROVED_BUT_ROOT
							       : MFA_PROVED;
	assert_int_equal(proof.finding, finding);
	assert_int_equal(proof.is_passable, brute.is_passable);
	assert_true(proof.states <= brute.walks * (stack->count + 1) + 1);
	if (finding != MFA_BYPASS)
		assert_int_equal(proof.is_precondition_violated,
				 brute.is_precondition_violated);
	if (finding != MFA_PROVED) {
		assert_int_equal(proof.step_count,
				 finding == MFA_BYPASS ? brute.bypass : brute.by_root);
		check_steps(stack, facts, &proof);
		if (finding == MFA_BYPASS)
			assert_int_equal(__builtin_popcount(proof.missing),
					 brute.missing);
	}
	counts[finding]++;
}

static void agrees_with_walking_every_combination(void **state MFA_UNUSED)
{
	unsigned counts[3] = { 0 };
	srand(1);
	for (int i = 0; i < STACKS; i++) {
		struct mfa_stack_line lines[LINES_MAX];
		struct mfa_line_facts facts[LINES_MAX] = { 0 };
		struct mfa_stack stack = { lines, below(LINES_MAX + 1), LINES_MAX };
		unsigned level = 0;
		for (size_t j = 0; j < stack.count; j++) {
			make_line(&lines[j], &level);
			facts[j] = random_facts();
		}
		compare(&stack, facts, counts);
	}
	for (size_t i = 0; i < MFA_COUNT(counts); i++)
		assert_true(counts[i] > 100);
}

/* 2 ^ 200 combinations. */
static void a_long_stack_has_few_states(void **state MFA_UNUSED)
{
	enum {
		COUNT = 200
	};
	static struct mfa_stack_line lines[COUNT];
	static struct mfa_line_facts facts[COUNT];
	struct mfa_stack stack = { lines, COUNT, COUNT };
	MFA_CLEANUP(mfa_proof_done) struct mfa_proof proof = { 0 };
	for (size_t i = 0; i < COUNT; i++) {
		lines[i].actions[MFA_PAM_SUCCESS] = MFA_DO_OK;
		facts[i].answers = MFA_ANSWERS_ANY;
	}
	assert_int_equal(mfa_prove(&stack, facts, &both, &proof), MFA_OK);
	assert_int_equal(proof.finding, MFA_BYPASS);
	assert_int_equal(proof.step_count, COUNT);
	assert_true(proof.states < COUNT * 4);
}

static void an_empty_stack_lets_nobody_in(void **state MFA_UNUSED)
{
	struct mfa_stack stack = { 0 };
	struct mfa_line_facts none = { 0 };
	MFA_CLEANUP(mfa_proof_done) struct mfa_proof proof = { 0 };
	assert_int_equal(mfa_prove(&stack, &none, &both, &proof), MFA_OK);
	assert_int_equal(proof.finding, MFA_PROVED);
	assert_false(proof.is_passable);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_walking_every_combination),
		cmocka_unit_test(a_long_stack_has_few_states),
		cmocka_unit_test(an_empty_stack_lets_nobody_in),
	};
	return group_main("prove", tests);
}
