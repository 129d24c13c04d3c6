/* SPDX-License-Identifier: BSD-2-Clause */
/* What an operation changes in the folder, call by call, and where it waits for the
 * disk. */
#pragma once

#include "crash.h"

enum {
	NODES_MAX = 32,
	FOLDERS_MAX = 8,
	STEPS_MAX = 128,
	NAME_SIZE = 64,
	SECTOR = 512,
	SECTORS_MAX = 64
};

enum step_kind {
	STEP_WRITE,
	STEP_TRUNCATE,
	STEP_LINK,
	STEP_UNLINK,
	STEP_RENAME,
	STEP_SYNC,	  /* a file's data */
	STEP_SYNC_FOLDER, /* a folder's names */
	STEP_REPORT	  /* success is told of */
};

struct step {
	enum step_kind kind;
	size_t node;
	size_t folder;
	char name[NAME_SIZE];
	char new_name[NAME_SIZE]; /* STEP_RENAME */
	size_t offset;		  /* STEP_TRUNCATE: the size */
	size_t len;
	unsigned char *bytes;
};

/* A file, whatever its name. */
struct node {
	ino_t inode;
	mode_t mode;
	size_t size; /* at the beginning */
	unsigned char *bytes;
	size_t folder;
	char name[NAME_SIZE]; /* at the beginning; "": none */
};

struct recording {
	struct node nodes[NODES_MAX];
	size_t node_count;
	struct {
		ino_t inode;
		char path[TREE_PATH_SIZE]; /* within the folder */
	} folders[FOLDERS_MAX];
	size_t folder_count;
	struct step steps[STEPS_MAX];
	size_t step_count;
};

/* Runs the operation in a fresh folder and records it. A change that it makes in a way
 * that this does not know ends the program. */
void record_operation(struct crash *crash, const struct operation *operation,
		      struct recording *ret_recording);
void recording_done(struct recording *recording);
