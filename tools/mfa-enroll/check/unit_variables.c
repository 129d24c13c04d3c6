/* SPDX-License-Identifier: BSD-2-Clause */
/* Words of a command that are not in it: "$NAME" stands for those of a variable. */
#include "check/unit.h"

#include <string.h>

#include "check/settings.h"

/* What a unit sets the variable to. */
struct variable_search {
	struct check *check;
	const struct unit_variable *variable;
	bool has_options; /* or what cannot be read */
};

/* A value of several words, or an option, is more than a name. */
static void take_variable(struct variable_search *search, const char *value)
{
	search->has_options |= value[0] == '-' || strpbrk(value, " \t") != NULL;
}

static void take_assignments(struct variable_search *search, char *words)
{
	const char *name = search->variable->name;
	size_t len = strlen(name);
	for (const char *word = NULL; (word = unit_next_word(&words)) != NULL;)
		if (strncmp(word, name, len) == 0 && word[len] == '=')
			take_variable(search, word + len + 1);
}

static void take_environment_file(struct variable_search *search, const char *path)
{
	const struct unit_variable *variable = search->variable;
	MFA_CLEANUP(settings_done) struct settings settings = { 0 };
	path += path[0] == '-';
	if (variable->file != NULL && strcmp(path, variable->file) == 0)
		return;
	settings_read(search->check, SETTINGS_INI, path, &settings);
	const struct setting *setting = settings_find(&settings, NULL, variable->name);
	if (strpbrk(path, "*?[%") != NULL)
		search->has_options = true;
	else if (setting != NULL)
		take_variable(search, setting->value);
}

static void take_variable_setting(const char *key, char *value,
				  struct check_place place MFA_UNUSED, void *context)
{
	if (strcmp(key, "Environment") == 0)
		take_assignments(context, value);
	else if (strcmp(key, "EnvironmentFile") == 0)
		take_environment_file(context, value);
}

static bool names_variable(const char *at, const char *name)
{
	size_t len = strlen(name);
	bool is_braced = *at == '{';
	return strncmp(at + is_braced, name, len) == 0 &&
	       (is_braced ? at[1 + len] == '}'
			  : at[len] == '\0' || strchr(" \t\"'", at[len]) != NULL);
}

bool unit_has_unknown_words(struct check *check, const char *unit, const char *command,
			    const struct unit_variable *known)
{
	struct variable_search search = { .check = check, .variable = known };
	bool has_variable = false;
	for (const char *at = strchr(command, '$'); at != NULL; at = strchr(at, '$')) {
		at++;
		if (*at == '$')
			at++;
		else if (!names_variable(at, known->name))
			return true;
		else
			has_variable = true;
	}
	if (has_variable)
		unit_each(check, unit, NULL, take_variable_setting, &search);
	return search.has_options;
}
