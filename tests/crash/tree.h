/* SPDX-License-Identifier: BSD-2-Clause */
/* A folder with all that is in it, kept in memory. */
#pragma once

#include <sys/types.h>

#include "mfa/base.h"

enum {
	TREE_MAX = 128,
	TREE_PATH_SIZE = 128
};

struct tree_entry {
	char path[TREE_PATH_SIZE]; /* within the folder */
	mode_t mode;
	unsigned char *bytes; /* NULL: a folder */
	size_t size;
};

struct tree {
	struct tree_entry entries[TREE_MAX];
	size_t count;
};

/* Reads a folder. The caller ends it with tree_done. */
void tree_load(const char *folder, struct tree *ret_tree);
void tree_done(struct tree *tree);

/* Makes the folder what the tree was: no more and no less. */
void tree_restore(const struct tree *tree, const char *folder);

const struct tree_entry *tree_find(const struct tree *tree, const char *path);
