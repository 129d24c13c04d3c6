/* SPDX-License-Identifier: BSD-2-Clause */
/* What the file system may have kept of an operation's writes when the power is lost:
 * what was synced, and of the rest any part, in any order: each sector of a write or not,
 * each change of a name or not. */
#pragma once

#include "record.h"

enum {
	FILE_MAX = 64 * 1024
};

/* What is kept of one step. */
struct variant {
	uint64_t sectors; /* of a write; else bit 0: whether it is kept */
	bool is_grown;	  /* the file has its new size whatever was written into it */
};

/* A step that no sync has made safe at the moment of the loss. */
struct open_step {
	const struct step *step;
	struct variant *variants;
	size_t count;
	size_t chosen;
};

struct file {
	bool has_name;
	size_t folder;
	char name[NAME_SIZE];
	size_t size;
	unsigned char bytes[FILE_MAX];
};

struct replay {
	struct crash *crash;
	const struct operation *operation;
	const struct ends *ends;
	struct recording recording;
	struct open_step open[STEPS_MAX];
	size_t open_count;
	struct file files[NODES_MAX];
	unsigned seed;
	bool is_reported; /* the operation has told of its success */
	unsigned replays;
	unsigned old;
	unsigned new;
	unsigned logins;
	unsigned torn_twice;
	unsigned bad;
};

/* Whether a sync between the at-th step and the moment of the loss has made it safe. */
bool replay_is_safe(const struct recording *recording, size_t at, size_t moment);

/* Opens one more step: lists what may be kept of it, most variants when it cannot be all.
 * The caller frees the variants. */
struct open_step *replay_open(struct replay *replay, const struct step *step,
			      size_t most);

/* Whether the variant keeps a part of the step. */
bool replay_is_part(const struct open_step *open);

/* Makes the folder what the first moment steps and the chosen variants leave. */
void replay_write(struct replay *replay, size_t moment);
