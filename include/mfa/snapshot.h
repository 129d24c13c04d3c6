/* SPDX-License-Identifier: BSD-2-Clause */
/* How files looked when they were read: a process that keeps what it read asks here
 * whether it may go on using it. One system call is enough where the kernel tells of
 * changes; otherwise, and behind each change, it is one stat for each file. */
#pragma once

#include <sys/types.h>
#include <time.h>

#include "mfa/base.h"

enum {
	MFA_SNAPSHOT_MAX = 64
};

struct mfa_snapshot_entry {
	char *path;
	bool is_place; /* only identity, owner and mode count, not what is in it */
	bool is_missing;
	dev_t device;
	ino_t inode;
	mode_t mode;
	uid_t owner;
	off_t size;
	struct timespec changed;
};

/* The kernel's word on changes. Zeroed: it gives none. */
struct mfa_file_watch {
	bool is_on;
	bool is_over; /* it was on, or could not begin */
	int events;   /* inotify(7) */
	int mounts;   /* /proc/self/mountinfo, which poll(2) wakes for */
};

/* Zeroed: of nothing, and never current. */
struct mfa_snapshot {
	size_t count;
	struct timespec begun;
	/* A file changed so shortly before, or there was so much to look at, that a
	 * change could have been missed. */
	bool is_unsettled;
	struct mfa_file_watch watch;
	struct mfa_snapshot_entry entries[MFA_SNAPSHOT_MAX];
};

/* Begins anew; to be called before the files are read. */
void mfa_snapshot_begin(struct mfa_snapshot *snapshot);

/* Adds the file at an absolute path, which may be missing, or a folder whose list of
 * files matters, and all folders above it. To be called after it has been read. */
void mfa_snapshot_add(struct mfa_snapshot *snapshot, const char *path);

/* Adds a folder whose files do not matter, or a file whose content does not, and all
 * folders above it. */
void mfa_snapshot_add_place(struct mfa_snapshot *snapshot, const char *path);

/* Whether all looks as it did. In doubt not. */
bool mfa_snapshot_is_current(struct mfa_snapshot *snapshot);

/* Frees it. */
void mfa_snapshot_done(struct mfa_snapshot *snapshot);
