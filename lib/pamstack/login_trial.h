/* SPDX-License-Identifier: BSD-2-Clause */
/* One simulated login through a stack: what each line's module answers. */
#pragma once

#include "mfa/inspect.h"

/* A stack, and what is known of its lines. */
struct view {
	const struct mfa_inspector *inspector;
	const struct mfa_stack *stack;
	const struct mfa_line_facts *facts;
};

/* Whether the password is right, and whether all other modules succeed. */
struct login_trial {
	bool is_right;
	bool others_succeed;
};

int login_trial_answer(const struct view *view, size_t at,
		       const struct login_trial *trial);
