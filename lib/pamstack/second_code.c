/* SPDX-License-Identifier: BSD-2-Clause */
#include "second_code.h"

#include <string.h>

#include "advisories.h"
#include "modules.h"

static bool can_ask(const struct view *view, size_t at)
{
	return module_role(view->inspector, &view->stack->lines[at]) == MODULE_MFA &&
	       (view->facts[at].answers & MFA_ANSWER(MFA_PAM_SUCCESS)) != 0;
}

static bool is_own_line(const struct mfa_inspection *inspection,
			const struct mfa_stack_line *line)
{
	const struct mfa_service *service = &inspection->service;
	return service->has_file && service->files.count > 0 &&
	       strcmp(service->files.items[0], line->file) == 0;
}

/* How many lines ask in a login in which all answers are right; ret_line: the last of the
 * service's own, or of all. */
static unsigned count_questions(const struct view *view, bool others_succeed,
				const struct mfa_inspection *inspection,
				const struct mfa_stack_line **ret_line)
{
	const struct login_trial trial = { true, others_succeed };
	struct mfa_dispatch dispatch;
	unsigned count = 0;
	mfa_dispatch_begin(view->stack, &dispatch);
	while (!mfa_dispatch_is_over(view->stack, &dispatch)) {
		const struct mfa_stack_line *line = &view->stack->lines[dispatch.at];
		int answer = login_trial_answer(view, dispatch.at, &trial);
		if (can_ask(view, dispatch.at)) {
			answer = MFA_PAM_SUCCESS;
			if (count == 0 || is_own_line(inspection, line) ||
			    !is_own_line(inspection, *ret_line))
				*ret_line = line;
			count++;
		}
		mfa_dispatch_answer(view->stack, &dispatch, answer);
	}
	return count;
}

void second_code_advise(const struct view *view, struct mfa_inspection *inspection)
{
	for (int i = 0; i < 2; i++) {
		const struct mfa_stack_line *line = NULL;
		if (count_questions(view, i == 0, inspection, &line) < 2)
			continue;
		(void)advisories_add(inspection, MFA_ADVISORY_ASKS_TWICE, line);
		return;
	}
}
