/* SPDX-License-Identifier: BSD-2-Clause */
/* Defaults of sudoers. */
#include "check/sudoers_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/whole_file.h"

enum {
	SCOPE_SIZE = 32768,
	NAME_SIZE = 256
};

struct scope {
	char text[SCOPE_SIZE]; /* as it is written */
	size_t len;
};

static void free_default(struct sudoers_default *one)
{
	free(one->scope);
	free(one->name);
	free(one->value);
	free(one->file);
}

void sudoers_defaults_free(struct sudoers *sudoers)
{
	for (size_t i = 0; i < sudoers->count; i++)
		free_default(&sudoers->defaults[i]);
	free(sudoers->defaults);
}

/* What a line says of one parameter. */
struct parameter {
	char name[NAME_SIZE];
	char value[sizeof((struct sudoers_token *)NULL)->text];
	bool has_value;
	bool is_on;
	bool is_taken; /* sudo takes the line */
};

/* Whether sudo is sure to take it, so that it counts in place of what was said before. */
static bool takes_back(const struct parameter *parameter)
{
	bool is_switch = strcmp(parameter->name, "authenticate") == 0;
	return parameter->is_taken &&
	       (!parameter->has_value || (parameter->is_on && !is_switch));
}

static void drop_default(struct sudoers *sudoers, const char *scope, const char *name)
{
	size_t kept = 0;
	for (size_t i = 0; i < sudoers->count; i++) {
		struct sudoers_default *one = &sudoers->defaults[i];
		if (strcmp(one->scope, scope) == 0 && strcmp(one->name, name) == 0)
			free_default(one);
		else
			sudoers->defaults[kept++] = *one;
	}
	sudoers->count = kept;
}

static void add_default(struct sudoers_file *file, const char *scope,
			const struct parameter *parameter)
{
	struct sudoers *sudoers = file->sudoers;
	if (!sudoers_file_has_room(file))
		return;
	if (takes_back(parameter))
		drop_default(sudoers, scope, parameter->name);
	struct sudoers_default *defaults =
		reallocarray(sudoers->defaults, sudoers->count + 1, sizeof *defaults);
	if (defaults == NULL) {
		sudoers->check->findings.err = MFA_ERR_NOMEM;
		return;
	}
	sudoers->defaults = defaults;
	struct sudoers_default *one = &defaults[sudoers->count];
	*one = (struct sudoers_default){ .scope = strdup(scope),
					 .name = strdup(parameter->name),
					 .value = strdup(parameter->value),
					 .is_on = parameter->is_on,
					 .file = strdup(file->path),
					 .line = file->token.line };
	if (one->scope != NULL && one->name != NULL && one->value != NULL &&
	    one->file != NULL) {
		sudoers->count++;
		return;
	}
	free_default(one);
	sudoers->check->findings.err = MFA_ERR_NOMEM;
}

/* Within the entry: the next one is no part of it, whatever is missing. */
static void pass_token(struct sudoers_file *file)
{
	if (!sudoers_file_is_at_end(file))
		sudoers_file_advance(file);
}

static void add_to_scope(struct sudoers_file *file, struct scope *scope, const char *text)
{
	size_t len = strlen(text);
	if (len >= SCOPE_SIZE - scope->len) {
		whole_file_add_unread(file->sudoers->check, file->path,
				      WHOLE_FILE_ENTRIES);
		return;
	}
	memcpy(scope->text + scope->len, text, len + 1);
	scope->len += len;
}

/* A name of the list, with a sign before it. */
static void take_scope_name(struct sudoers_file *file, struct scope *scope)
{
	for (; sudoers_is_sign(&file->token, '!'); pass_token(file))
		add_to_scope(file, scope, file->token.text);
	if (!sudoers_file_is_at_end(file))
		add_to_scope(file, scope, file->token.text);
	pass_token(file);
}

/* "Defaults" has its scope behind it without a blank: a sign, and a list of names, before
 * which blanks may be. The word itself has the signs @ > ! in it, and ":" is one of its
 * own. */
static void read_scope(struct sudoers_file *file, const char *word, struct scope *scope)
{
	add_to_scope(file, scope, word + strlen("Defaults"));
	if (scope->len == 0 &&
	    !(sudoers_is_sign(&file->token, ':') && file->token.is_adjacent))
		return;
	if (scope->len == 0) {
		add_to_scope(file, scope, file->token.text);
		pass_token(file);
	}
	if (scope->len == 1)
		take_scope_name(file, scope);
	while (sudoers_is_sign(&file->token, ',')) {
		add_to_scope(file, scope, file->token.text);
		pass_token(file);
		take_scope_name(file, scope);
	}
}

static bool passes_word(struct sudoers_file *file)
{
	bool is_word = file->token.kind == SUDOERS_WORD;
	pass_token(file);
	return is_word;
}

static bool is_operator(const struct sudoers_token *token)
{
	return token->kind == SUDOERS_WORD &&
	       (strcmp(token->text, "+") == 0 || strcmp(token->text, "-") == 0);
}

/* Of a line in which anything is wrong sudo takes nothing: it is read to its end first,
 * in a copy. */
static bool are_parameters_understood(struct sudoers_file ahead)
{
	for (;;) {
		while (sudoers_is_sign(&ahead.token, '!'))
			pass_token(&ahead);
		if (!passes_word(&ahead))
			return false;
		if (is_operator(&ahead.token))
			pass_token(&ahead);
		if (sudoers_is_sign(&ahead.token, '=')) {
			pass_token(&ahead);
			if (!passes_word(&ahead))
				return false;
		}
		if (!sudoers_is_sign(&ahead.token, ','))
			return sudoers_file_is_at_end(&ahead);
		pass_token(&ahead);
	}
}

/* [!]name[=value], and what is up to the next comma. */
static void read_parameter(struct sudoers_file *file, const char *scope, bool is_taken)
{
	struct parameter parameter = { .is_on = true, .is_taken = is_taken };
	for (; sudoers_is_sign(&file->token, '!'); pass_token(file))
		parameter.is_on = !parameter.is_on;
	(void)snprintf(parameter.name, sizeof parameter.name, "%.*s", NAME_SIZE - 1,
		       file->token.text);
	pass_token(file);
	if (sudoers_is_sign(&file->token, '=')) {
		pass_token(file);
		parameter.has_value = true;
		(void)snprintf(parameter.value, sizeof parameter.value, "%s",
			       file->token.text);
	}
	add_default(file, scope, &parameter);
	while (!sudoers_file_is_at_end(file) && !sudoers_is_sign(&file->token, ','))
		pass_token(file);
	pass_token(file);
}

void sudoers_defaults_read(struct sudoers_file *file, const char *word)
{
	struct scope scope = { .len = 0 };
	read_scope(file, word, &scope);
	bool is_taken = !file->is_passed_by && are_parameters_understood(*file);
	while (!sudoers_file_is_at_end(file))
		read_parameter(file, scope.text, is_taken);
}
