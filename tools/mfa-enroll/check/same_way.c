/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/same_way.h"

#include <string.h>

static bool is_same_place(const struct mfa_stack_line *one,
			  const struct mfa_stack_line *other)
{
	if (one == NULL || other == NULL)
		return one == other;
	return mfa_stack_line_is(one, other);
}

static bool is_same_text(const char *one, const char *other)
{
	return one == NULL || other == NULL ? one == other : strcmp(one, other) == 0;
}

/* The same line, or one that says the same in a file of its own. */
static bool says_the_same(const struct mfa_stack_line *one,
			  const struct mfa_stack_line *other)
{
	if (is_same_place(one, other))
		return true;
	return one != NULL && other != NULL &&
	       is_same_text(one->control, other->control) &&
	       mfa_stack_line_calls_alike(one, other);
}

static bool is_own_file(const struct mfa_inspection *inspection, const char *file)
{
	const struct mfa_strings *files = &inspection->service.files;
	return inspection->service.has_file && files->count > 0 &&
	       strcmp(files->items[0], file) == 0;
}

/* The next step that makes the way what it is: not one that is ignored, and of a way
 * through files of several services not one of the service's own. */
static const struct mfa_stack_line *next_step(const struct mfa_inspection *inspection,
					      bool with_own, size_t *at, int *ret_code)
{
	const struct mfa_proof *proof = &inspection->proof;
	const struct mfa_stack *stack =
		mfa_service_stack(&inspection->service, inspection->facility);
	for (; *at < proof->step_count; (*at)++) {
		const struct mfa_step *step = &proof->steps[*at];
		const struct mfa_stack_line *line = &stack->lines[step->line];
		bool is_ignored = step->code < MFA_PAM_CODES &&
				  line->actions[step->code] == MFA_DO_IGNORE;
		if (is_ignored || (!with_own && is_own_file(inspection, line->file)))
			continue;
		(*at)++;
		*ret_code = step->code;
		return line;
	}
	return NULL;
}

static bool has_shared_step(const struct mfa_inspection *inspection)
{
	size_t at = 0;
	int code = 0;
	return next_step(inspection, false, &at, &code) != NULL;
}

static bool compare_steps(const struct mfa_inspection *one,
			  const struct mfa_inspection *other, bool with_own)
{
	size_t at = 0, at_other = 0;
	int code = 0, code_other = 0;
	const struct mfa_stack_line *line = NULL;
	do {
		line = next_step(one, with_own, &at, &code);
		const struct mfa_stack_line *line_other =
			next_step(other, with_own, &at_other, &code_other);
		if (!(with_own ? says_the_same(line, line_other)
			       : is_same_place(line, line_other)) ||
		    (line != NULL && code != code_other))
			return false;
	} while (line != NULL);
	return true;
}

static bool has_same_steps(const struct mfa_inspection *one,
			   const struct mfa_inspection *other)
{
	return compare_steps(one, other, true) ||
	       (has_shared_step(one) && compare_steps(one, other, false));
}

static bool has_same_cure(const struct mfa_cure *one, const struct mfa_cure *other)
{
	return one->kind == other->kind && one->is_whole == other->is_whole &&
	       one->zone == other->zone && is_same_text(one->module, other->module) &&
	       says_the_same(one->line, other->line) &&
	       says_the_same(one->other, other->other);
}

static bool is_same_way(const struct check_service *one,
			const struct check_service *other)
{
	const struct mfa_inspection *a = &one->inspection;
	const struct mfa_inspection *b = &other->inspection;
	if (one->is_unused || other->is_unused || a->grade != b->grade ||
	    a->facility != b->facility)
		return false;
	switch (a->grade) {
	case MFA_GRADE_BYPASS:
		return a->proof.missing == b->proof.missing && has_same_steps(a, b) &&
		       has_same_cure(&one->cure, &other->cure);
	case MFA_GRADE_LOCKED_OUT:
		return a->fault == b->fault && says_the_same(a->culprit, b->culprit);
	case MFA_GRADE_ERROR:
		return strcmp(a->diag.text, b->diag.text) == 0;
	case MFA_GRADE_PROVED:
	case MFA_GRADE_PROVED_BUT_ROOT:
	case MFA_GRADE_NO_AUTH:
	case MFA_GRADE_NOT_COVERED:
		break;
	}
	return false;
}

size_t same_way_first(const struct check *check, size_t service)
{
	for (size_t i = 0; i < service; i++)
		if (is_same_way(&check->services[i], &check->services[service]))
			return i;
	return service;
}

size_t same_way_count(const struct check *check, size_t first)
{
	size_t count = 1;
	for (size_t i = first + 1; i < check->service_count; i++)
		if (same_way_first(check, i) == first)
			count++;
	return count;
}
