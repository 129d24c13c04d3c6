/* SPDX-License-Identifier: BSD-2-Clause */
/* Which files name a service so that something starts it. */
#include "check/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/config_lines.h"
#include "mfa/rootfs.h"

enum {
	PATH_SIZE = 1024
};

struct reference_search {
	const char *name;
	char *path; /* where it was found; owned */
};

static bool is_starting_key(const char *key)
{
	static const char *const keys[] = { "Wants",   "Requires",  "BindsTo",
					    "Upholds", "OnFailure", "OnSuccess",
					    "Unit",    "Service" };
	for (size_t i = 0; i < MFA_COUNT(keys); i++)
		if (strcmp(keys[i], key) == 0)
			return true;
	return false;
}

static bool names_unit(char *value, const char *name)
{
	for (const char *word = NULL; (word = unit_next_word(&value)) != NULL;)
		if (strcmp(word, name) == 0)
			return true;
	return false;
}

static void search_file(struct check *check, const char *path, void *context)
{
	struct reference_search *search = context;
	MFA_CLEANUP(config_lines_done) struct config_lines file = { 0 };
	char *line = NULL;
	if (search->path != NULL || !config_lines_open(check, path, &file))
		return;
	while (search->path == NULL &&
	       (line = config_lines_next(&file, CONFIG_JOINS_SYSTEMD)) != NULL) {
		char *value = NULL;
		const char *key = config_lines_split_key(line, &value);
		if (key != NULL && is_starting_key(key) &&
		    names_unit(value, search->name))
			search->path = strdup(path);
	}
}

/* A unit, or a folder of drop-ins for one. */
static void search_entry(struct check *check, const char *folder, const char *name,
			 struct reference_search *search)
{
	char path[PATH_SIZE];
	const char *ending = strrchr(name, '.');
	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	if (ending != NULL && strcmp(ending, ".d") == 0)
		config_files_each(check, path, ".conf", search_file, search);
	else if (!mfa_rootfs_is_folder(check->root, path))
		search_file(check, path, search);
}

char *unit_find_reference(struct check *check, const char *name)
{
	struct reference_search search = { .name = name };
	for (size_t i = 0; unit_folders[i] != NULL; i++) {
		MFA_CLEANUP(mfa_strings_done) struct mfa_strings found = { 0 };
		if (mfa_rootfs_list(check->root, unit_folders[i], &found) != MFA_OK)
			continue;
		for (size_t j = 0; j < found.count && search.path == NULL; j++)
			search_entry(check, unit_folders[i], found.items[j], &search);
	}
	return search.path;
}
