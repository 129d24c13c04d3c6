/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/stack.h"

#include <stdlib.h>
#include <string.h>

static void stack_done(struct mfa_stack *stack)
{
	for (size_t i = 0; i < stack->count; i++) {
		free(stack->lines[i].args);
		free(stack->lines[i].text);
	}
	free(stack->lines);
}

void mfa_service_done(struct mfa_service *service)
{
	for (size_t i = 0; i < MFA_FACILITIES; i++) {
		stack_done(&service->own[i]);
		stack_done(&service->other[i]);
	}
	mfa_strings_done(&service->files);
	free(service->name);
	*service = (struct mfa_service){ 0 };
}

const struct mfa_stack *mfa_service_stack(const struct mfa_service *service,
					  enum mfa_facility facility)
{
	return service->own[facility].count > 0 ? &service->own[facility]
						: &service->other[facility];
}

bool mfa_stack_line_is(const struct mfa_stack_line *one,
		       const struct mfa_stack_line *other)
{
	return one->number == other->number && strcmp(one->file, other->file) == 0;
}

static bool has_same_module(const struct mfa_stack_line *one,
			    const struct mfa_stack_line *other)
{
	if (one->module == NULL || other->module == NULL)
		return one->module == other->module;
	return strcmp(one->module, other->module) == 0;
}

bool mfa_stack_line_calls_alike(const struct mfa_stack_line *one,
				const struct mfa_stack_line *other)
{
	if (!has_same_module(one, other) || one->arg_count != other->arg_count)
		return false;
	for (size_t i = 0; i < one->arg_count; i++)
		if (strcmp(one->args[i], other->args[i]) != 0)
			return false;
	return true;
}

bool mfa_stack_line_has(const struct mfa_stack_line *line, const char *word)
{
	for (size_t i = 0; i < line->arg_count; i++)
		if (strcmp(line->args[i], word) == 0)
			return true;
	return false;
}

const char *mfa_stack_line_value(const struct mfa_stack_line *line, const char *key)
{
	const char *value = NULL;
	size_t len = strlen(key);
	for (size_t i = 0; i < line->arg_count; i++)
		if (strncmp(line->args[i], key, len) == 0)
			value = line->args[i] + len;
	return value;
}

const char *mfa_stack_line_module(const struct mfa_stack_line *line)
{
	if (line->module == NULL)
		return "";
	const char *slash = strrchr(line->module, '/');
	return slash != NULL ? slash + 1 : line->module;
}
