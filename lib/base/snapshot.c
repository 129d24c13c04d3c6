/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/snapshot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "file_watch.h"

enum {
	/* the kernel's time stamps go by its ticks, of 10 ms at most, and file systems'
	 * own by up to 2 s */
	SETTLED_SECONDS = 3
};

void mfa_snapshot_begin(struct mfa_snapshot *snapshot)
{
	mfa_snapshot_done(snapshot);
	(void)clock_gettime(CLOCK_REALTIME, &snapshot->begun);
}

static bool look(const char *path, struct mfa_snapshot_entry *ret_entry)
{
	struct stat status;
	*ret_entry = (struct mfa_snapshot_entry){ .is_missing = true };
	if (lstat(path, &status) != 0)
		return errno == ENOENT;
	*ret_entry = (struct mfa_snapshot_entry){
		.device = status.st_dev,
		.inode = status.st_ino,
		.mode = status.st_mode,
		.owner = status.st_uid,
		.size = status.st_size,
		.changed = status.st_ctim,
	};
	return true;
}

static bool is_known(const struct mfa_snapshot *snapshot, const char *path, size_t len)
{
	for (size_t i = 0; i < snapshot->count; i++)
		if (strncmp(snapshot->entries[i].path, path, len) == 0 &&
		    snapshot->entries[i].path[len] == '\0')
			return true;
	return false;
}

/* The first len bytes of path. */
static void add(struct mfa_snapshot *snapshot, const char *path, size_t len,
		bool is_place)
{
	struct mfa_snapshot_entry entry;
	if (is_known(snapshot, path, len))
		return;
	char *copy = strndup(path, len);
	if (copy == NULL || snapshot->count >= MFA_SNAPSHOT_MAX || !look(copy, &entry)) {
		snapshot->is_unsettled = true;
		free(copy);
		return;
	}
	entry.path = copy;
	entry.is_place = is_place;
	if (!is_place && !entry.is_missing &&
	    entry.changed.tv_sec + SETTLED_SECONDS > snapshot->begun.tv_sec)
		snapshot->is_unsettled = true;
	snapshot->entries[snapshot->count++] = entry;
}

static void add_above(struct mfa_snapshot *snapshot, const char *path)
{
	for (const char *slash = strchr(path + 1, '/'); slash != NULL;
	     slash = strchr(slash + 1, '/'))
		add(snapshot, path, (size_t)(slash - path), true);
}

void mfa_snapshot_add(struct mfa_snapshot *snapshot, const char *path)
{
	add_above(snapshot, path);
	add(snapshot, path, strlen(path), false);
}

void mfa_snapshot_add_place(struct mfa_snapshot *snapshot, const char *path)
{
	add_above(snapshot, path);
	add(snapshot, path, strlen(path), true);
}

static bool is_same(const struct mfa_snapshot_entry *then,
		    const struct mfa_snapshot_entry *now)
{
	if (then->is_missing || now->is_missing)
		return then->is_missing == now->is_missing;
	bool is_same_one = then->device == now->device && then->inode == now->inode &&
			   then->mode == now->mode && then->owner == now->owner;
	return is_same_one &&
	       (then->is_place ||
		(then->size == now->size && then->changed.tv_sec == now->changed.tv_sec &&
		 then->changed.tv_nsec == now->changed.tv_nsec));
}

static bool look_the_same(const struct mfa_snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->count; i++) {
		struct mfa_snapshot_entry now;
		if (!look(snapshot->entries[i].path, &now) ||
		    !is_same(&snapshot->entries[i], &now))
			return false;
	}
	return true;
}

static void watch_all(struct mfa_snapshot *snapshot)
{
	struct mfa_file_watch *watch = &snapshot->watch;
	if (!watch->is_on && !watch->is_over)
		file_watch_begin(watch);
	for (size_t i = 0; watch->is_on && i < snapshot->count; i++)
		file_watch_add(watch, snapshot->entries[i].path,
			       snapshot->entries[i].is_place);
}

/* What has changed may have been put back, or matter to nobody. What is at the paths now
 * is watched first, and then looked at: a change in between is told of the next time. */
bool mfa_snapshot_is_current(struct mfa_snapshot *snapshot)
{
	if (snapshot->is_unsettled || snapshot->count == 0)
		return false;
	if (file_watch_is_silent(&snapshot->watch))
		return true;
	watch_all(snapshot);
	return look_the_same(snapshot);
}

void mfa_snapshot_done(struct mfa_snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->count; i++)
		free(snapshot->entries[i].path);
	file_watch_end(&snapshot->watch);
	*snapshot = (struct mfa_snapshot){ .count = 0 };
}
