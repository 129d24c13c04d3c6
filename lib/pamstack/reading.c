/* SPDX-License-Identifier: BSD-2-Clause */
#include "reading.h"

#include <string.h>

static const char why[] =
	"releases of libpam read this differently: no line, comments included, may have "
	"more than 1000 bytes, or be continued around a comment or an empty line";

static bool does_the_same(const struct mfa_stack_line *a, const struct mfa_stack_line *b)
{
	return a->kind == b->kind && a->level == b->level &&
	       memcmp(a->actions, b->actions, sizeof a->actions) == 0 &&
	       mfa_stack_line_calls_alike(a, b);
}

/* The first line of either chain that the other has not; NULL: they are alike. */
static const struct mfa_stack_line *find_difference(const struct mfa_stack *a,
						    const struct mfa_stack *b)
{
	size_t shorter = a->count < b->count ? a->count : b->count;
	for (size_t i = 0; i < shorter; i++)
		if (!does_the_same(&a->lines[i], &b->lines[i]))
			return &a->lines[i];
	if (a->count == b->count)
		return NULL;
	return a->count > b->count ? &a->lines[shorter] : &b->lines[shorter];
}

static const struct mfa_stack_line *find_first_difference(const struct mfa_service *a,
							  const struct mfa_service *b)
{
	const struct mfa_stack_line *line = NULL;
	for (int i = 0; line == NULL && i < MFA_FACILITIES; i++) {
		line = find_difference(&a->own[i], &b->own[i]);
		if (line == NULL)
			line = find_difference(&a->other[i], &b->other[i]);
	}
	return line;
}

static bool is_read(const struct mfa_service *service)
{
	return !service->is_refused && !service->is_undefined_behaviour;
}

void reading_compare(struct mfa_service *service, const struct mfa_service *other)
{
	if (service->is_undefined_behaviour || (service->is_refused && other->is_refused))
		return;
	const struct mfa_stack_line *line =
		is_read(service) && is_read(other) ? find_first_difference(service, other)
						   : NULL;
	if (line != NULL)
		(void)mfa_fail(&service->refusal, MFA_ERR_CONFIG, "%s:%u: %s", line->file,
			       line->number, why);
	else if (!is_read(other))
		service->refusal = other->refusal;
	if (line == NULL && is_read(service) && is_read(other))
		return;
	service->is_refused = false;
	service->is_undefined_behaviour = true;
}
