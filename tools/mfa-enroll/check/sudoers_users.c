/* SPDX-License-Identifier: BSD-2-Clause */
/* Who is meant by a rule or a scope: root alone, or others too. */
#include "check/sudoers_file.h"

#include <stdio.h>
#include <string.h>

enum {
	NAME_SIZE = 256
};

static bool is_root(const struct sudoers *sudoers, const char *name)
{
	return strcmp(name, "root") == 0 || strcmp(name, "#0") == 0 ||
	       mfa_strings_have(&sudoers->root_aliases, name);
}

bool sudoers_is_for_root(const struct sudoers *sudoers, const char *scope)
{
	return scope[0] == ':' && is_root(sudoers, scope + 1);
}

bool sudoers_users_read(struct sudoers_file *file)
{
	bool is_all_root = true;
	do {
		if (sudoers_is_sign(&file->token, ','))
			sudoers_file_advance(file);
		if (sudoers_is_sign(&file->token, '!')) {
			is_all_root = false;
			sudoers_file_advance(file);
		}
		is_all_root = is_all_root && file->token.kind == SUDOERS_WORD &&
			      sudoers_file_has_room(file) &&
			      is_root(file->sudoers, file->token.text);
		if (!sudoers_file_is_at_end(file))
			sudoers_file_advance(file);
	} while (sudoers_is_sign(&file->token, ','));
	return is_all_root;
}

/* Of a line in which anything is wrong sudo takes nothing: it is read to its end first,
 * in a copy. */
static bool are_users_understood(struct sudoers_file ahead)
{
	for (; ahead.token.kind == SUDOERS_WORD; sudoers_file_advance(&ahead)) {
		sudoers_file_advance(&ahead);
		if (!sudoers_is_sign(&ahead.token, '='))
			return false;
		sudoers_file_advance(&ahead);
		(void)sudoers_users_read(&ahead);
		if (!sudoers_is_sign(&ahead.token, ':'))
			break;
	}
	return sudoers_file_is_at_end(&ahead);
}

/* The first of a name is the one that sudo takes. */
static void add_alias(struct sudoers_file *file, const char *name, bool is_roots)
{
	struct sudoers *sudoers = file->sudoers;
	if (mfa_strings_have(&sudoers->aliases, name) || !sudoers_file_has_room(file))
		return;
	if (mfa_strings_add(&sudoers->aliases, name) != MFA_OK ||
	    (is_roots && mfa_strings_add(&sudoers->root_aliases, name) != MFA_OK))
		sudoers->check->findings.err = MFA_ERR_NOMEM;
}

/* NAME = a, b : NAME = c */
void sudoers_aliases_read(struct sudoers_file *file)
{
	bool is_taken = !file->is_passed_by && are_users_understood(*file);
	while (file->token.kind == SUDOERS_WORD) {
		char name[NAME_SIZE];
		(void)snprintf(name, sizeof name, "%.*s", NAME_SIZE - 1,
			       file->token.text);
		sudoers_file_advance(file);
		if (!sudoers_is_sign(&file->token, '='))
			return;
		sudoers_file_advance(file);
		bool is_roots = sudoers_users_read(file);
		add_alias(file, name, is_roots && is_taken);
		if (sudoers_is_sign(&file->token, ':'))
			sudoers_file_advance(file);
	}
}
