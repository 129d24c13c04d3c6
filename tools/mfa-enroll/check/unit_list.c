/* SPDX-License-Identifier: BSD-2-Clause */
/* Which services there are, and which of them something starts. */
#include "check/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mfa/rootfs.h"

enum {
	PATH_SIZE = 512
};

struct unit_listing {
	struct check *check;
	struct unit_names *names;
};

static bool ends_with(const char *name, const char *ending)
{
	size_t len = strlen(name);
	size_t end = strlen(ending);
	return len > end && strcmp(name + len - end, ending) == 0;
}

static void add_unit_name(struct unit_listing *listing, struct mfa_strings *names,
			  const char *name)
{
	if (!mfa_strings_have(names, name) && mfa_strings_add(names, name) != MFA_OK)
		listing->check->findings.err = MFA_ERR_NOMEM;
}

static void add_wanted(struct unit_listing *listing, const char *folder)
{
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings found = { 0 };
	if (mfa_rootfs_list(listing->check->root, folder, &found) != MFA_OK)
		return;
	for (size_t i = 0; i < found.count; i++) {
		if (!ends_with(found.items[i], ".service"))
			continue;
		add_unit_name(listing, &listing->names->all, found.items[i]);
		add_unit_name(listing, &listing->names->wanted, found.items[i]);
	}
}

static bool is_wants_folder(const char *name)
{
	return ends_with(name, ".wants") || ends_with(name, ".requires") ||
	       ends_with(name, ".upholds");
}

static void list_unit_folder(struct unit_listing *listing, const char *folder)
{
	static const char drop_ins[] = ".service.d";
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings found = { 0 };
	if (mfa_rootfs_list(listing->check->root, folder, &found) != MFA_OK)
		return;
	for (size_t i = 0; i < found.count; i++) {
		char *name = found.items[i];
		char path[PATH_SIZE];
		(void)snprintf(path, sizeof path, "%s/%s", folder, name);
		if (is_wants_folder(name))
			add_wanted(listing, path);
		if (ends_with(name, drop_ins))
			name[strlen(name) - strlen(".d")] = '\0';
		if (ends_with(name, ".service"))
			add_unit_name(listing, &listing->names->all, name);
	}
}

void unit_list(struct check *check, struct unit_names *ret_names)
{
	*ret_names = (struct unit_names){ .all = { 0 } };
	struct unit_listing listing = { check, ret_names };
	for (size_t i = 0; unit_folders[i] != NULL; i++)
		list_unit_folder(&listing, unit_folders[i]);
	mfa_strings_sort(&ret_names->all);
}

void unit_names_done(struct unit_names *names)
{
	mfa_strings_done(&names->all);
	mfa_strings_done(&names->wanted);
}

static char *find_in_wants(const struct check *check, const char *folder,
			   const char *name)
{
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings found = { 0 };
	if (mfa_rootfs_list(check->root, folder, &found) != MFA_OK)
		return NULL;
	for (size_t i = 0; i < found.count; i++) {
		char path[PATH_SIZE];
		(void)snprintf(path, sizeof path, "%s/%s/%s", folder, found.items[i],
			       name);
		if (is_wants_folder(found.items[i]) &&
		    mfa_rootfs_has_name(check->root, path))
			return strdup(path);
	}
	return NULL;
}

char *unit_find_wanted(const struct check *check, const char *name)
{
	char *path = NULL;
	for (size_t i = 0; path == NULL && unit_folders[i] != NULL; i++)
		path = find_in_wants(check, unit_folders[i], name);
	return path;
}
