/* SPDX-License-Identifier: BSD-2-Clause */
/* Words of a command that are not in it: "$NAME" stands for those of a variable. */
#include "check/unit.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/environment_file.h"

/* What a unit sets a variable to. Files have precedence over lines, and these over what
 * systemd sets for all. */
struct variable_search {
	struct check *check;
	const char *name;
	char *values[3];
	bool is_unknown;
};

enum {
	OF_SYSTEMD,
	OF_LINES,
	OF_FILES,
};

static void search_done(struct variable_search *search)
{
	for (size_t i = 0; i < MFA_COUNT(search->values); i++)
		free(search->values[i]);
}

static void keep_value(struct variable_search *search, int from, const char *value)
{
	free(search->values[from]);
	search->values[from] = strdup(value);
	if (search->values[from] == NULL)
		search->check->findings.err = MFA_ERR_NOMEM;
}

static void take_assignments(struct variable_search *search, int from, char *words)
{
	size_t len = strlen(search->name);
	if (words[0] == '\0') { /* all that was set before is gone */
		free(search->values[from]);
		search->values[from] = NULL;
	}
	for (const char *word = NULL; (word = unit_next_word(&words)) != NULL;)
		if (strncmp(word, search->name, len) == 0 && word[len] == '=')
			keep_value(search, from, word + len + 1);
}

static void take_file_variable(const char *name, const char *value,
			       unsigned line MFA_UNUSED, void *context)
{
	struct variable_search *search = context;
	if (strcmp(name, search->name) == 0)
		keep_value(search, OF_FILES, value);
}

static void take_environment_file(struct variable_search *search, const char *path)
{
	path += path[0] == '-';
	search->is_unknown |=
		strpbrk(path, "*?[%") != NULL ||
		!environment_file_read(search->check, path, take_file_variable, search);
}

static void take_variable_setting(const char *key, char *value,
				  struct check_place place MFA_UNUSED, void *context)
{
	struct variable_search *search = context;
	if (strcmp(key, "Environment") == 0)
		take_assignments(search, OF_LINES, value);
	else if (strcmp(key, "EnvironmentFile") == 0)
		take_environment_file(search, value);
	else if (strcmp(key, "DefaultEnvironment") == 0)
		take_assignments(search, OF_SYSTEMD, value);
	else if (strcmp(key, "PassEnvironment") == 0 &&
		 strstr(value, search->name) != NULL)
		search->is_unknown = true;
}

char *unit_find_variable(struct check *check, const char *unit, const char *name,
			 bool *ret_is_unknown)
{
	MFA_CLEANUP(search_done)
	struct variable_search search = { .check = check, .name = name };
	unit_each_of_systemd(check, take_variable_setting, &search);
	unit_each(check, unit, NULL, take_variable_setting, &search);
	*ret_is_unknown = search.is_unknown;
	for (size_t i = MFA_COUNT(search.values); i > 0; i--)
		if (search.values[i - 1] != NULL)
			return MFA_TAKE(search.values[i - 1]);
	return NULL;
}

/* A command that is written anew, with the values of its variables. */
struct expansion {
	struct check *check;
	const char *unit;
	FILE *out;
	bool is_unknown;
};

/* So that it is a part of one word. */
static void write_letter(struct expansion *expansion, char letter)
{
	if (strchr(" \t\"'\\$", letter) != NULL)
		(void)fputc('\\', expansion->out);
	(void)fputc(letter, expansion->out);
}

/* A variable as a word of its own is as many words as its value has. */
static void write_variable(struct expansion *expansion, const char *name, bool is_word)
{
	bool is_unknown = false;
	MFA_CLEANUP(mfa_free_string)
	char *value =
		unit_find_variable(expansion->check, expansion->unit, name, &is_unknown);
	expansion->is_unknown |= is_unknown;
	if (value == NULL)
		return;
	if (is_word)
		(void)fputs(value, expansion->out);
	for (const char *at = value; !is_word && *at != '\0'; at++)
		write_letter(expansion, *at);
}

/* The name behind a "$", which is written to buffer; its length, with braces; 0: none. */
static size_t read_variable_name(const char *at, char *buffer, size_t size)
{
	bool is_braced = at[0] == '{';
	size_t len = 0;
	while (isalnum((unsigned char)at[is_braced + len]) || at[is_braced + len] == '_')
		len++;
	if (len == 0 || len >= size || (is_braced && at[1 + len] != '}'))
		return 0;
	memcpy(buffer, at + is_braced, len);
	buffer[len] = '\0';
	return len + (is_braced ? 2 : 0);
}

static void write_word(struct expansion *expansion, const char *word)
{
	const char *begin = word;
	while (*word != '\0') {
		char name[256];
		size_t len = word[0] == '$' && word[1] != '$'
				     ? read_variable_name(word + 1, name, sizeof name)
				     : 0;
		bool is_word = word == begin && word[1] != '{' && word[1 + len] == '\0';
		if (len > 0)
			write_variable(expansion, name, is_word);
		else
			write_letter(expansion, *word);
		word += len > 0 ? 1 + len
				: 1 + (size_t)(word[0] == '$' && word[1] == '$');
	}
	(void)fputc(' ', expansion->out);
}

char *unit_expand(struct check *check, const char *unit, const char *command,
		  bool *ret_is_unknown)
{
	char *text = NULL;
	size_t size = 0;
	MFA_CLEANUP(mfa_free_string) char *copy = strdup(command);
	FILE *out = copy != NULL ? open_memstream(&text, &size) : NULL;
	if (out == NULL) {
		check->findings.err = MFA_ERR_NOMEM;
		return NULL;
	}
	struct expansion expansion = { check, unit, out, false };
	char *rest = copy;
	for (const char *word = NULL; (word = unit_next_word(&rest)) != NULL;)
		write_word(&expansion, word);
	if (fclose(out) != 0)
		check->findings.err = MFA_ERR_NOMEM;
	*ret_is_unknown = expansion.is_unknown;
	return text;
}

void unit_add_unknown_options(struct check *check, struct check_place place,
			      const char *program)
{
	check_add_once(
		check, CHECK_HOLE, "options-unknown", place,
		TR(check->app,
		   MFA_N_("options of %s come from a variable, and nobody can tell "
			  "which: write them into that line")),
		program);
}
