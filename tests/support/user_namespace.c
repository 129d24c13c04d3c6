/* SPDX-License-Identifier: BSD-2-Clause */
#include "user_namespace.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where the new root is mounted: a folder that every system has. No test needs the real
 * one. */
static const char new_root[] = "/sys";

static bool is_entered;

bool user_namespace_is_entered(void)
{
	return is_entered;
}

static bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	size_t len = strlen(text);
	bool is_written = write(fd, text, len) == (ssize_t)len;
	return close(fd) == 0 && is_written;
}

/* The folder or link of / with that name, in the new root as well. */
static bool copy_entry(const char *name)
{
	struct stat status;
	char from[PATH_MAX];
	char to[PATH_MAX];
	char target[PATH_MAX] = "";
	(void)snprintf(from, sizeof from, "/%s", name);
	(void)snprintf(to, sizeof to, "%s/%s", new_root, name);
	if (lstat(from, &status) != 0)
		return false;
	if (S_ISLNK(status.st_mode))
		return readlink(from, target, sizeof target - 1) > 0 &&
		       symlink(target, to) == 0;
	if (!S_ISDIR(status.st_mode) || strcmp(from, new_root) == 0)
		return true;
	return mkdir(to, 0755) == 0 && mount(from, to, NULL, MS_BIND | MS_REC, NULL) == 0;
}

static bool fill_new_root(void)
{
	bool is_good = true;
	DIR *root = opendir("/");
	if (root == NULL)
		return false;
	for (struct dirent *entry = readdir(root); is_good && entry != NULL;
	     entry = readdir(root))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			is_good = copy_entry(entry->d_name);
	(void)closedir(root);
	return is_good;
}

/* The working folder is the same one under the same name. */
static bool change_root(void)
{
	char folder[PATH_MAX];
	return getcwd(folder, sizeof folder) != NULL &&
	       mount("tmpfs", new_root, "tmpfs", 0, "mode=755") == 0 && fill_new_root() &&
	       chroot(new_root) == 0 && chdir(folder) == 0 &&
	       mkdir(USER_NAMESPACE_FOLDER, 0700) == 0;
}

bool user_namespace_enter(void)
{
	char users[32];
	char groups[32];
	(void)snprintf(users, sizeof users, "0 %u 1", geteuid());
	(void)snprintf(groups, sizeof groups, "0 %u 1", getegid());
	is_entered = unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 &&
		     write_file("/proc/self/setgroups", "deny") &&
		     write_file("/proc/self/uid_map", users) &&
		     write_file("/proc/self/gid_map", groups) && change_root();
	if (!is_entered)
		(void)fprintf(stderr,
			      "not root, and no user namespace to be root in (%s): see "
			      "tests/README.md\n",
			      strerror(errno));
	return is_entered;
}
