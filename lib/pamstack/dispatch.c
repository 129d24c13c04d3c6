/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/dispatch.h"

enum {
	NOTHING_SAID = 0,
	GOOD = 1,
	BAD = -1
};

static const struct mfa_dispatch_state untouched = { NOTHING_SAID, MFA_PAM_PERM_DENIED };

/* Goes on to the next line that calls a module, entering substacks on the way. */
static void go_to_module(const struct mfa_stack *stack, struct mfa_dispatch *dispatch)
{
	for (; dispatch->at < stack->count; dispatch->at++) {
		const struct mfa_stack_line *line = &stack->lines[dispatch->at];
		if (dispatch->level < line->level)
			dispatch->saved[line->level] = dispatch->now;
		dispatch->level = (uint8_t)line->level;
		if (line->kind != MFA_LINE_SUBSTACK)
			return;
	}
}

void mfa_dispatch_begin(const struct mfa_stack *stack, struct mfa_dispatch *ret_dispatch)
{
	*ret_dispatch = (struct mfa_dispatch){ .now = untouched };
	for (size_t i = 0; i < MFA_STACK_LEVELS; i++)
		ret_dispatch->saved[i] = untouched;
	go_to_module(stack, ret_dispatch);
}

bool mfa_dispatch_is_over(const struct mfa_stack *stack,
			  const struct mfa_dispatch *dispatch)
{
	return dispatch->is_stopped != 0 || dispatch->at >= stack->count;
}

/* Whether the next line is in this level or a deeper one. */
static bool is_inside(const struct mfa_stack *stack, size_t at, unsigned level)
{
	return at + 1 < stack->count && stack->lines[at + 1].level >= level;
}

/* A jump counts a substack as one line. A jump beyond the end makes the result bad. */
static void jump_lines(const struct mfa_stack *stack, struct mfa_dispatch *dispatch,
		       int count)
{
	unsigned level = stack->lines[dispatch->at].level;
	for (; count > 0 && is_inside(stack, dispatch->at, level); count--)
		do
			dispatch->at++;
		while (is_inside(stack, dispatch->at, level + 1));
	if (count != 0)
		dispatch->now = (struct mfa_dispatch_state){ BAD, MFA_PAM_PERM_DENIED };
}

static void leave_level(const struct mfa_stack *stack, struct mfa_dispatch *dispatch)
{
	unsigned level = stack->lines[dispatch->at].level;
	while (is_inside(stack, dispatch->at, level))
		dispatch->at++;
}

static void apply_good(const struct mfa_stack *stack, struct mfa_dispatch *dispatch,
		       int code, int action)
{
	struct mfa_dispatch_state *now = &dispatch->now;
	if (now->impression == NOTHING_SAID ||
	    (now->impression == GOOD && now->status == MFA_PAM_SUCCESS))
		*now = (struct mfa_dispatch_state){ GOOD, (int8_t)code };
	if (now->impression == GOOD && action == MFA_DO_DONE)
		leave_level(stack, dispatch);
}

static void apply_bad(const struct mfa_stack *stack, struct mfa_dispatch *dispatch,
		      int code, int action)
{
	if (code == MFA_PAM_IGNORE)
		code = MFA_PAM_PERM_DENIED;
	if (dispatch->now.impression != BAD)
		dispatch->now = (struct mfa_dispatch_state){ BAD, (int8_t)code };
	if (action == MFA_DO_DIE)
		leave_level(stack, dispatch);
}

static void apply_action(const struct mfa_stack *stack, struct mfa_dispatch *dispatch,
			 int code, int action)
{
	switch (action) {
	case MFA_DO_RESET:
		dispatch->now = dispatch->saved[stack->lines[dispatch->at].level];
		break;
	case MFA_DO_OK:
	case MFA_DO_DONE:
		apply_good(stack, dispatch, code, action);
		break;
	case MFA_DO_BAD:
	case MFA_DO_DIE:
		apply_bad(stack, dispatch, code, action);
		break;
	case MFA_DO_IGNORE:
		break;
	default:
		jump_lines(stack, dispatch, action);
		break;
	}
}

void mfa_dispatch_answer(const struct mfa_stack *stack, struct mfa_dispatch *dispatch,
			 int code)
{
	if (code == MFA_PAM_INCOMPLETE) {
		dispatch->is_stopped = 1;
		return;
	}
	if (code < 0 || code >= MFA_PAM_CODES)
		apply_action(stack, dispatch, MFA_PAM_PERM_DENIED, MFA_DO_BAD);
	else
		apply_action(stack, dispatch, code,
			     stack->lines[dispatch->at].actions[code]);
	dispatch->at++;
	go_to_module(stack, dispatch);
}

int mfa_dispatch_result(const struct mfa_dispatch *dispatch)
{
	if (dispatch->is_stopped != 0)
		return MFA_PAM_INCOMPLETE;
	if (dispatch->now.status == MFA_PAM_SUCCESS && dispatch->now.impression != GOOD)
		return MFA_PAM_PERM_DENIED;
	return dispatch->now.status;
}
