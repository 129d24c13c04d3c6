/* SPDX-License-Identifier: BSD-2-Clause */
/* A breadth-first search: of equally bad paths the first that is found is the shortest.
 */
#include "mfa/prove.h"

#include <stdlib.h>
#include <string.h>

enum {
	STATES_MAX = 400000
};

static const uint32_t NO_NODE = UINT32_MAX;

/* The state of a path: where it is, and MFA_HAD_... so far. Compared byte by byte. */
struct state {
	struct mfa_dispatch dispatch;
	uint16_t had; /* of a size that leaves no padding */
};

_Static_assert(sizeof(struct state) == sizeof(struct mfa_dispatch) + sizeof(uint16_t),
	       "gaps");

struct node {
	struct state state;
	uint32_t parent;
	uint16_t line; /* whose answer led here */
	uint8_t code;
};

struct search {
	const struct mfa_stack *stack;
	const struct mfa_line_facts *facts;
	const struct mfa_claim *claim;
	struct node *nodes;
	uint32_t count;
	uint32_t room;
	uint32_t *table; /* open addressing; a power of two, at least twice the room */
	uint32_t bypass; /* ends that contradict the claim, the worst; or NO_NODE */
	uint32_t by_root;
	bool is_passable;
	bool is_precondition_violated;
	size_t violating_line;
	bool has_needs; /* some line has needs, so the search is complete */
};

/* Of answers with the same effect the first is shown: the likely ones. */
static const uint8_t order[] = {
	MFA_PAM_SUCCESS,
	MFA_PAM_AUTH_ERR,
	MFA_PAM_IGNORE,
	MFA_PAM_USER_UNKNOWN,
	MFA_PAM_AUTHINFO_UNAVAIL,
	MFA_PAM_CONV_ERR,
	MFA_PAM_ABORT,
	MFA_PAM_PERM_DENIED,
	MFA_PAM_NEW_AUTHTOK_REQD,
	1,
	2,
	3,
	4,
	5,
	8,
	11,
	13,
	14,
	15,
	16,
	17,
	18,
	20,
	21,
	22,
	23,
	24,
	27,
	MFA_PAM_MODULE_UNKNOWN,
	29,
	30,
	MFA_PAM_INVALID,
};

static void free_search(struct search *search)
{
	free(search->nodes);
	free(search->table);
}

static uint32_t hash_state(const struct state *state)
{
	const unsigned char *bytes = (const unsigned char *)state;
	uint32_t sum = 2166136261U;
	for (size_t i = 0; i < sizeof *state; i++)
		sum = (sum ^ bytes[i]) * 16777619U;
	return sum;
}

static void insert_node(struct search *search, uint32_t index)
{
	uint32_t mask = search->room * 2 - 1;
	uint32_t at = hash_state(&search->nodes[index].state) & mask;
	while (search->table[at] != NO_NODE)
		at = (at + 1) & mask;
	search->table[at] = index;
}

static int grow_nodes(struct search *search)
{
	uint32_t room = search->room == 0 ? 256 : search->room * 2;
	if (search->count >= STATES_MAX)
		return MFA_ERR_FULL;
	struct node *nodes = reallocarray(search->nodes, room, sizeof *nodes);
	if (nodes == NULL)
		return MFA_ERR_NOMEM;
	search->nodes = nodes;
	uint32_t *table = reallocarray(NULL, (size_t)room * 2, sizeof *table);
	if (table == NULL)
		return MFA_ERR_NOMEM;
	free(search->table);
	search->table = table;
	search->room = room;
	memset(table, 0xff, (size_t)room * 2 * sizeof *table);
	for (uint32_t i = 0; i < search->count; i++)
		insert_node(search, i);
	return MFA_OK;
}

static bool is_known(const struct search *search, const struct state *state)
{
	uint32_t mask = search->room * 2 - 1;
	uint32_t at = hash_state(state) & mask;
	for (; search->table[at] != NO_NODE; at = (at + 1) & mask)
		if (memcmp(&search->nodes[search->table[at]].state, state,
			   sizeof *state) == 0)
			return true;
	return false;
}

static void simplify_status(const struct search *search, struct mfa_dispatch_state *state)
{
	if (state->status != MFA_PAM_SUCCESS &&
	    (search->claim->let_in & MFA_ANSWER(state->status)) == 0)
		state->status = MFA_PAM_PERM_DENIED;
}

/* Makes states equal that have the same future. */
static void normalize_walk(const struct search *search, struct mfa_dispatch *dispatch)
{
	simplify_status(search, &dispatch->now);
	for (size_t i = 0; i <= dispatch->level; i++)
		simplify_status(search, &dispatch->saved[i]);
	/* a deeper level is saved again when it is entered */
	for (size_t i = dispatch->level + 1U; i < MFA_STACK_LEVELS; i++)
		dispatch->saved[i] = (struct mfa_dispatch_state){ 0 };
}

/* How much of what is wanted was not shown on the path. */
static int count_missing(const struct search *search, uint32_t index)
{
	return __builtin_popcount(search->claim->wanted &
				  ~(unsigned)search->nodes[index].state.had);
}

static bool is_worse(const struct search *search, uint32_t index)
{
	return search->bypass == NO_NODE ||
	       count_missing(search, index) > count_missing(search, search->bypass);
}

/* Whether no path can be worse. */
static bool is_refuted(const struct search *search)
{
	return search->claim->wanted == 0 ||
	       (search->bypass != NO_NODE &&
		count_missing(search, search->bypass) ==
			__builtin_popcount(search->claim->wanted));
}

/* Checks a path that has ended. */
static void check_end(struct search *search, uint32_t index)
{
	const struct state *state = &search->nodes[index].state;
	int result = mfa_dispatch_result(&state->dispatch);
	if ((search->claim->let_in & MFA_ANSWER(result)) == 0)
		return;
	if ((state->had & search->claim->wanted) == search->claim->wanted)
		search->is_passable = true;
	else if ((state->had & MFA_HAD_ROOT) == 0)
		search->bypass = is_worse(search, index) ? index : search->bypass;
	else
		search->by_root = search->by_root == NO_NODE ? index : search->by_root;
}

static void check_needs(struct search *search, const struct state *state)
{
	unsigned needs = search->facts[state->dispatch.at].needs;
	if (search->is_precondition_violated || (state->had & needs) == needs)
		return;
	search->is_precondition_violated = true;
	search->violating_line = state->dispatch.at;
}

static int add_node(struct search *search, const struct node *node)
{
	if (search->count >= search->room) {
		int err = grow_nodes(search);
		if (err != MFA_OK)
			return err;
	}
	if (is_known(search, &node->state))
		return MFA_OK;
	search->nodes[search->count] = *node;
	insert_node(search, search->count);
	if (mfa_dispatch_is_over(search->stack, &node->state.dispatch))
		check_end(search, search->count);
	else
		check_needs(search, &node->state);
	search->count++;
	return MFA_OK;
}

static int follow_answer(struct search *search, uint32_t index, int code)
{
	struct node node;
	memset(&node, 0, sizeof node);
	node.state = search->nodes[index].state;
	node.parent = index;
	node.line = node.state.dispatch.at;
	node.code = (uint8_t)code;
	const struct mfa_line_facts *facts = &search->facts[node.line];
	if ((facts->gives_on & MFA_ANSWER(code)) != 0)
		node.state.had = (uint16_t)(node.state.had | facts->gives);
	mfa_dispatch_answer(search->stack, &node.state.dispatch, code);
	normalize_walk(search, &node.state.dispatch);
	return add_node(search, &node);
}

static int expand_node(struct search *search, uint32_t index)
{
	const struct mfa_dispatch *dispatch = &search->nodes[index].state.dispatch;
	if (mfa_dispatch_is_over(search->stack, dispatch))
		return MFA_OK;
	uint64_t answers = search->facts[dispatch->at].answers;
	int err = MFA_OK;
	for (size_t i = 0; err == MFA_OK && i < MFA_COUNT(order); i++)
		if ((answers & MFA_ANSWER(order[i])) != 0)
			err = follow_answer(search, index, order[i]);
	return err;
}

static int search_states(struct search *search)
{
	struct node first;
	memset(&first, 0, sizeof first);
	mfa_dispatch_begin(search->stack, &first.state.dispatch);
	normalize_walk(search, &first.state.dispatch);
	for (size_t i = 0; i < search->stack->count; i++)
		search->has_needs = search->has_needs || search->facts[i].needs != 0;
	first.parent = NO_NODE;
	int err = add_node(search, &first);
	for (uint32_t i = 0; err == MFA_OK && i < search->count; i++) {
		if (is_refuted(search) && search->is_passable && !search->has_needs)
			break;
		err = expand_node(search, i);
	}
	return err;
}

static int trace_walk(const struct search *search, uint32_t index,
		      struct mfa_proof *proof)
{
	size_t count = 0;
	for (uint32_t i = index; search->nodes[i].parent != NO_NODE;
	     i = search->nodes[i].parent)
		count++;
	proof->steps = calloc(count + 1, sizeof *proof->steps);
	if (proof->steps == NULL)
		return MFA_ERR_NOMEM;
	proof->step_count = count;
	for (uint32_t i = index; count > 0; i = search->nodes[i].parent) {
		const struct node *node = &search->nodes[i];
		proof->steps[--count] = (struct mfa_step){ node->line, node->code };
	}
	const struct state *state = &search->nodes[index].state;
	proof->missing = search->claim->wanted & ~(unsigned)state->had;
	proof->result = mfa_dispatch_result(&state->dispatch);
	return MFA_OK;
}

int mfa_prove(const struct mfa_stack *stack, const struct mfa_line_facts *facts,
	      const struct mfa_claim *claim, struct mfa_proof *ret_proof)
{
	MFA_CLEANUP(free_search)
	struct search search = {
		.stack = stack,
		.facts = facts,
		.claim = claim,
		.bypass = NO_NODE,
		.by_root = NO_NODE,
	};
	struct mfa_proof proof = { .finding = MFA_PROVED };
	int err = search_states(&search);
	if (err != MFA_OK)
		return err;
	proof.states = search.count;
	proof.is_passable = search.is_passable;
	proof.is_precondition_violated = search.is_precondition_violated;
	proof.violating_line = search.violating_line;
	uint32_t found = search.bypass != NO_NODE ? search.bypass : search.by_root;
	if (found != NO_NODE) {
		proof.finding = found == search.bypass ? MFA_BYPASS : MFA_PROVED_BUT_ROOT;
		err = trace_walk(&search, found, &proof);
		if (err != MFA_OK)
			return err;
	}
	*ret_proof = proof;
	return MFA_OK;
}

void mfa_proof_done(struct mfa_proof *proof)
{
	free(proof->steps);
	*proof = (struct mfa_proof){ 0 };
}
