#include "mfa/dispatch.h"

enum {
	NOTHING_SAID = 0,
	GOOD = 1,
	BAD = -1
};

static const struct mfa_dispatch_state untouched = { NOTHING_SAID, MFA_PAM_PERM_DENIED };

/* Enters levels and passes the marks of substacks until a module is to be called. */
static void go_to_module(const struct mfa_stack *stack, struct mfa_dispatch *walk)
{
	for (; walk->at < stack->count; walk->at++) {
		const struct mfa_stack_line *line = &stack->lines[walk->at];
		if (walk->level < line->level)
			walk->saved[line->level] = walk->now;
		walk->level = (uint8_t)line->level;
		if (line->kind != MFA_LINE_SUBSTACK)
			return;
	}
}

void mfa_dispatch_begin(const struct mfa_stack *stack, struct mfa_dispatch *ret_walk)
{
	*ret_walk = (struct mfa_dispatch){ .now = untouched };
	for (size_t i = 0; i < MFA_STACK_LEVELS; i++)
		ret_walk->saved[i] = untouched;
	go_to_module(stack, ret_walk);
}

bool mfa_dispatch_is_over(const struct mfa_stack *stack, const struct mfa_dispatch *walk)
{
	return walk->is_stopped != 0 || walk->at >= stack->count;
}

/* Whether the line behind is still in the level of the current one, or deeper. */
static bool is_inside(const struct mfa_stack *stack, size_t at, unsigned level)
{
	return at + 1 < stack->count && stack->lines[at + 1].level >= level;
}

/* A jump takes a substack for one line. One too far can never end well. */
static void jump_lines(const struct mfa_stack *stack, struct mfa_dispatch *walk,
		       int count)
{
	unsigned level = stack->lines[walk->at].level;
	for (; count > 0 && is_inside(stack, walk->at, level); count--)
		do
			walk->at++;
		while (is_inside(stack, walk->at, level + 1));
	if (count != 0)
		walk->now = (struct mfa_dispatch_state){ BAD, MFA_PAM_PERM_DENIED };
}

static void leave_level(const struct mfa_stack *stack, struct mfa_dispatch *walk)
{
	unsigned level = stack->lines[walk->at].level;
	while (is_inside(stack, walk->at, level))
		walk->at++;
}

static void apply_good(const struct mfa_stack *stack, struct mfa_dispatch *walk, int code,
		       int action)
{
	struct mfa_dispatch_state *now = &walk->now;
	if (now->impression == NOTHING_SAID ||
	    (now->impression == GOOD && now->status == MFA_PAM_SUCCESS))
		*now = (struct mfa_dispatch_state){ GOOD, (int8_t)code };
	if (now->impression == GOOD && action == MFA_DO_DONE)
		leave_level(stack, walk);
}

static void apply_bad(const struct mfa_stack *stack, struct mfa_dispatch *walk, int code,
		      int action)
{
	if (code == MFA_PAM_IGNORE)
		code = MFA_PAM_PERM_DENIED;
	if (walk->now.impression != BAD)
		walk->now = (struct mfa_dispatch_state){ BAD, (int8_t)code };
	if (action == MFA_DO_DIE)
		leave_level(stack, walk);
}

static void apply_action(const struct mfa_stack *stack, struct mfa_dispatch *walk,
			 int code, int action)
{
	switch (action) {
	case MFA_DO_RESET:
		walk->now = walk->saved[stack->lines[walk->at].level];
		break;
	case MFA_DO_OK:
	case MFA_DO_DONE:
		apply_good(stack, walk, code, action);
		break;
	case MFA_DO_BAD:
	case MFA_DO_DIE:
		apply_bad(stack, walk, code, action);
		break;
	case MFA_DO_IGNORE:
		break;
	default:
		jump_lines(stack, walk, action);
		break;
	}
}

void mfa_dispatch_answer(const struct mfa_stack *stack, struct mfa_dispatch *walk,
			 int code)
{
	if (code == MFA_PAM_INCOMPLETE) {
		walk->is_stopped = 1;
		return;
	}
	if (code < 0 || code >= MFA_PAM_CODES)
		apply_action(stack, walk, MFA_PAM_PERM_DENIED, MFA_DO_BAD);
	else
		apply_action(stack, walk, code, stack->lines[walk->at].actions[code]);
	walk->at++;
	go_to_module(stack, walk);
}

int mfa_dispatch_result(const struct mfa_dispatch *walk)
{
	if (walk->is_stopped != 0)
		return MFA_PAM_INCOMPLETE;
	if (walk->now.status == MFA_PAM_SUCCESS && walk->now.impression != GOOD)
		return MFA_PAM_PERM_DENIED;
	return walk->now.status;
}
