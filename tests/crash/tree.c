/* SPDX-License-Identifier: BSD-2-Clause */
#include "tree.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pam_fixture.h"

/* nftw has no argument for its caller's data. */
static struct tree *loading;
static size_t loading_skip;

static void load_file(const char *path, const struct stat *status,
		      struct tree_entry *entry)
{
	entry->size = (size_t)status->st_size;
	entry->bytes = malloc(entry->size + 1);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (entry->bytes == NULL || fd < 0 ||
	    read(fd, entry->bytes, entry->size) != (ssize_t)entry->size)
		pam_fixture_die("%s", path);
	(void)close(fd);
}

static int load_one(const char *path, const struct stat *status, int type MFA_UNUSED,
		    struct FTW *place)
{
	if (place->level == 0)
		return 0;
	if (loading->count == TREE_MAX || strlen(path + loading_skip) >= TREE_PATH_SIZE)
		pam_fixture_die("%s: more than is expected", path);
	struct tree_entry *entry = &loading->entries[loading->count++];
	(void)snprintf(entry->path, sizeof entry->path, "%s", path + loading_skip);
	entry->mode = status->st_mode;
	if (S_ISREG(status->st_mode))
		load_file(path, status, entry);
	else if (!S_ISDIR(status->st_mode))
		pam_fixture_die("%s: neither a file nor a folder", path);
	return 0;
}

void tree_load(const char *folder, struct tree *ret_tree)
{
	*ret_tree = (struct tree){ .count = 0 };
	loading = ret_tree;
	loading_skip = strlen(folder) + 1;
	if (nftw(folder, load_one, 16, FTW_PHYS) != 0)
		pam_fixture_die("%s", folder);
}

void tree_done(struct tree *tree)
{
	for (size_t i = 0; i < tree->count; i++)
		free(tree->entries[i].bytes);
	tree->count = 0;
}

static int remove_one(const char *path, const struct stat *status MFA_UNUSED,
		      int type MFA_UNUSED, struct FTW *place)
{
	return place->level == 0 ? 0 : remove(path);
}

static void restore_entry(const struct tree_entry *entry, const char *folder)
{
	char path[RIG_PATH_SIZE];
	(void)snprintf(path, sizeof path, "%s/%s", folder, entry->path);
	if (S_ISDIR(entry->mode)) {
		if (mkdir(path, entry->mode & 07777) != 0)
			pam_fixture_die("%s", path);
		return;
	}
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, entry->mode & 07777);
	if (fd < 0 || write(fd, entry->bytes, entry->size) != (ssize_t)entry->size)
		pam_fixture_die("%s", path);
	(void)close(fd);
}

void tree_restore(const struct tree *tree, const char *folder)
{
	if (nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0)
		pam_fixture_die("%s", folder);
	for (size_t i = 0; i < tree->count; i++)
		restore_entry(&tree->entries[i], folder);
}

const struct tree_entry *tree_find(const struct tree *tree, const char *path)
{
	for (size_t i = 0; i < tree->count; i++)
		if (strcmp(tree->entries[i].path, path) == 0)
			return &tree->entries[i];
	return NULL;
}
