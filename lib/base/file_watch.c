/* SPDX-License-Identifier: BSD-2-Clause */
#include "file_watch.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <poll.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/vfs.h>
#include <unistd.h>

#ifndef XFS_SUPER_MAGIC
#define XFS_SUPER_MAGIC 0x58465342
#endif

enum {
	/* Of a place: it is another one, or has another mode or owner. The last name of a
	 * file that is held open is told of as an attribute of its. */
	PLACE = IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF | IN_DONT_FOLLOW | IN_MASK_ADD,
	ARRIVALS = IN_CREATE | IN_MOVED_TO | IN_MASK_ADD,
	/* of a folder above: a folder that goes while somebody is in it tells nothing of
	 * itself before they leave */
	DEPARTURES = IN_DELETE | IN_MOVED_FROM | IN_MASK_ADD,
	/* What is written through a mapping is told of when that ends. */
	CONTENT =
		PLACE | ARRIVALS | IN_DELETE | IN_MOVED_FROM | IN_MODIFY | IN_CLOSE_WRITE,
	/* the watch itself is gone */
	ENDS = IN_IGNORED | IN_UNMOUNT,
	EVENTS_SIZE = 4096,
	READS_MAX = 64,
};

void file_watch_begin(struct mfa_file_watch *watch)
{
	watch->events = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	watch->mounts = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	watch->is_on = true;
	watch->is_over = false;
	if (watch->events < 0 || watch->mounts < 0)
		file_watch_end(watch);
}

void file_watch_end(struct mfa_file_watch *watch)
{
	if (!watch->is_on)
		return;
	mfa_close_fd(&watch->events);
	mfa_close_fd(&watch->mounts);
	watch->is_on = false;
	watch->is_over = true;
}

/* File systems that nobody changes but through this kernel: it is not told of what other
 * hosts do in the others. */
static bool is_told_of(const char *path)
{
	struct statfs system;
	if (statfs(path, &system) != 0)
		return false;
	switch ((unsigned long)system.f_type) {
	case EXT4_SUPER_MAGIC:
	case XFS_SUPER_MAGIC:
	case BTRFS_SUPER_MAGIC:
	case TMPFS_MAGIC:
	case OVERLAYFS_SUPER_MAGIC:
		return true;
	default:
		return false;
	}
}

/* MFA_ERR_NOTFOUND: there is nothing. */
static int watch_path(const struct mfa_file_watch *watch, const char *path, uint32_t mask)
{
	if (inotify_add_watch(watch->events, path, mask) < 0)
		return mfa_err_from_errno(errno);
	return is_told_of(path) ? MFA_OK : MFA_ERR_UNSUPPORTED;
}

static int watch_folder_of(const struct mfa_file_watch *watch, const char *path,
			   uint32_t mask)
{
	char folder[PATH_MAX] = "/";
	size_t len = (size_t)(strrchr(path, '/') - path);
	if (len >= sizeof folder)
		return MFA_ERR_INVALID;
	if (len > 0)
		memcpy(folder, path, len);
	return watch_path(watch, folder, mask);
}

/* What comes before its folder is watched is found by who looks at it after that. */
void file_watch_add(struct mfa_file_watch *watch, const char *path, bool is_place)
{
	if (!watch->is_on)
		return;
	int err = watch_folder_of(watch, path, DEPARTURES);
	if (err == MFA_OK)
		err = watch_path(watch, path, is_place ? PLACE : CONTENT);
	if (err == MFA_ERR_NOTFOUND)
		err = watch_folder_of(watch, path, ARRIVALS);
	if (err != MFA_OK)
		file_watch_end(watch);
}

/* false: a watch is gone. */
static bool read_events(const struct mfa_file_watch *watch)
{
	_Alignas(struct inotify_event) char events[EVENTS_SIZE];
	for (unsigned i = 0; i < READS_MAX; i++) {
		ssize_t got = read(watch->events, events, sizeof events);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got < 0 && errno == EAGAIN;
		for (size_t at = 0; at < (size_t)got;) {
			struct inotify_event event;
			memcpy(&event, events + at, sizeof event);
			if ((event.mask & ENDS) != 0)
				return false;
			at += sizeof event + event.len;
		}
	}
	return false;
}

bool file_watch_is_silent(struct mfa_file_watch *watch)
{
	struct pollfd both[] = {
		{ .fd = watch->events, .events = POLLIN },
		{ .fd = watch->mounts, .events = POLLPRI },
	};
	if (!watch->is_on)
		return false;
	int ready = poll(both, MFA_COUNT(both), 0);
	if (ready < 0 || (both[0].revents != 0 && !read_events(watch)))
		file_watch_end(watch);
	return ready == 0;
}
