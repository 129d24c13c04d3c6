/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/rootfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "mfa/fs.h"

#ifndef SYS_openat2 /* Linux 5.6 */
#define SYS_openat2 437
#endif

enum {
	FILE_MAX = 4 << 20,
	PARTS_MAX = 256, /* of a path, with those of links */
	OPEN_FLAGS = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
	/* of openat2, as its header has them that older systems lack */
	RESOLVE_WITHOUT_MAGIC = 0x02,
	RESOLVE_BELOW = 0x10,
};

/* Cuts off the last part of a path without a leading slash. */
static void cut_last_part(char *path)
{
	char *slash = strrchr(path, '/');
	*(slash != NULL ? slash : path) = '\0';
}

/* Follows one part of a path. If it is a link, rest becomes its target and the old
 * rest. */
static int follow_part(int root_fd, char path[static PATH_MAX], const char *part,
		       char rest[static PATH_MAX])
{
	char target[PATH_MAX];
	char joined[PATH_MAX];
	size_t len = strlen(path);
	if (strcmp(part, ".") == 0)
		return 0;
	if (strcmp(part, "..") == 0) {
		cut_last_part(path);
		return 0;
	}
	int written =
		snprintf(path + len, PATH_MAX - len, "%s%s", len > 0 ? "/" : "", part);
	if (written < 0 || (size_t)written >= PATH_MAX - len)
		return ENAMETOOLONG;
	ssize_t got = readlinkat(root_fd, path, target, sizeof target - 1);
	if (got < 0)
		return errno == EINVAL ? 0 : errno;
	target[got] = '\0';
	written = snprintf(joined, sizeof joined, "%s/%s", target, rest);
	if (written < 0 || (size_t)written >= sizeof joined)
		return ENAMETOOLONG;
	memcpy(rest, joined, (size_t)written + 1);
	if (target[0] == '/')
		path[0] = '\0';
	else
		cut_last_part(path);
	return 0;
}

/* What openat2 does, for kernels and tools without it. */
static int open_step_by_step(int root_fd, const char *wanted)
{
	char path[PATH_MAX] = "";
	char rest[PATH_MAX];
	if ((size_t)snprintf(rest, sizeof rest, "%s", wanted) >= sizeof rest) {
		errno = ENAMETOOLONG;
		return -1;
	}
	for (int i = 0; i < PARTS_MAX; i++) {
		char part[NAME_MAX + 1];
		size_t skip = strspn(rest, "/");
		size_t len = strcspn(rest + skip, "/");
		if (len == 0)
			return openat(root_fd, path[0] != '\0' ? path : ".",
				      OPEN_FLAGS | O_NOFOLLOW);
		if (len >= sizeof part) {
			errno = ENAMETOOLONG;
			return -1;
		}
		memcpy(part, rest + skip, len);
		part[len] = '\0';
		memmove(rest, rest + skip + len, strlen(rest + skip + len) + 1);
		errno = follow_part(root_fd, path, part, rest);
		if (errno != 0)
			return -1;
	}
	errno = ELOOP;
	return -1;
}

static int open_below(const char *root, const char *path)
{
	MFA_CLEANUP(mfa_close_fd)
	int root_fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root_fd < 0)
		return -1;
	/* flags, mode, resolve */
	const uint64_t how[] = { OPEN_FLAGS, 0, RESOLVE_BELOW | RESOLVE_WITHOUT_MAGIC };
	int fd = (int)syscall(SYS_openat2, root_fd, path, how, sizeof how);
	return fd < 0 && errno == ENOSYS ? open_step_by_step(root_fd, path) : fd;
}

int mfa_rootfs_open(const char *root, const char *path, int *ret_fd)
{
	int fd = root[0] != '\0' ? open_below(root, path) : open(path, OPEN_FLAGS);
	if (fd < 0)
		return mfa_err_from_errno(errno);
	*ret_fd = fd;
	return MFA_OK;
}

static int read_bytes(int fd, size_t size, char *buffer, size_t *ret_len)
{
	size_t len = 0;
	while (len < size) {
		ssize_t got = read(fd, buffer + len, size - len);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return mfa_err_from_errno(errno);
		if (got == 0)
			break;
		len += (size_t)got;
	}
	*ret_len = len;
	return MFA_OK;
}

int mfa_rootfs_read(const char *root, const char *path, char **ret_text, size_t *ret_len)
{
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	MFA_CLEANUP(mfa_free_string) char *text = NULL;
	struct stat status;
	size_t len = 0;
	int err = mfa_rootfs_open(root, path, &fd);
	if (err != MFA_OK)
		return err;
	if (fstat(fd, &status) != 0)
		return mfa_err_from_errno(errno);
	if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode))
		return MFA_ERR_UNSAFE;
	if (status.st_size > FILE_MAX)
		return MFA_ERR_FULL;
	size_t size = S_ISDIR(status.st_mode) ? 0 : (size_t)status.st_size;
	text = malloc(size + 1);
	if (text == NULL)
		return MFA_ERR_NOMEM;
	err = read_bytes(fd, size, text, &len);
	if (err != MFA_OK)
		return err;
	text[len] = '\0';
	*ret_text = MFA_TAKE(text);
	*ret_len = len;
	return MFA_OK;
}

int mfa_rootfs_list(const char *root, const char *path, struct mfa_strings *ret_names)
{
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings names = { 0 };
	int err = mfa_rootfs_open(root, path, &fd);
	if (err != MFA_OK)
		return err;
	MFA_CLEANUP(mfa_fs_close_dir) DIR *folder = fdopendir(fd);
	if (folder == NULL)
		return mfa_err_from_errno(errno);
	(void)MFA_TAKE_FD(fd);
	for (const struct dirent *entry; (entry = readdir(folder)) != NULL;)
		if (entry->d_name[0] != '.' &&
		    (err = mfa_strings_add(&names, entry->d_name)) != MFA_OK)
			return err;
	mfa_strings_sort(&names);
	*ret_names = names;
	names = (struct mfa_strings){ 0 };
	return MFA_OK;
}

bool mfa_rootfs_is_folder(const char *root, const char *path)
{
	struct stat status;
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	return mfa_rootfs_open(root, path, &fd) == MFA_OK && fstat(fd, &status) == 0 &&
	       S_ISDIR(status.st_mode);
}

bool mfa_rootfs_exists(const char *root, const char *path)
{
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	return mfa_rootfs_open(root, path, &fd) == MFA_OK;
}

bool mfa_rootfs_has_name(const char *root, const char *path)
{
	struct stat status;
	char folder[PATH_MAX];
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	const char *slash = strrchr(path, '/');
	if (slash == NULL || (size_t)(slash - path) >= sizeof folder - 1)
		return false;
	(void)snprintf(folder, sizeof folder, "%.*s/", (int)(slash - path), path);
	return mfa_rootfs_open(root, folder, &fd) == MFA_OK &&
	       fstatat(fd, slash + 1, &status, AT_SYMLINK_NOFOLLOW) == 0;
}
