/* SPDX-License-Identifier: BSD-2-Clause */
/* The files of modules: where libpam looks for them, and which are there. */
#include "modules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mfa/rootfs.h"

enum {
	PATH_SIZE = 512
};

/* /lib/security, /lib/x86_64-linux-gnu/security, the same below /usr */
static bool is_module_folder(const char *path, size_t len)
{
	static const char behind[] = "/security";
	size_t end = strlen(behind);
	if (len < end || strncmp(path + len - end, behind, end) != 0)
		return false;
	len -= end;
	if (strncmp(path, "/usr/", 5) == 0) {
		path += 4;
		len -= 4;
	}
	if ((len == 4 && strncmp(path, "/lib", len) == 0) ||
	    (len == 6 && strncmp(path, "/lib64", len) == 0))
		return true;
	const char *tuple = memmem(path, len, "-linux-", strlen("-linux-"));
	return strncmp(path, "/lib/", 5) == 0 && tuple != NULL &&
	       memchr(path + 5, '/', len - 5) == NULL;
}

bool module_is_strange(const struct mfa_stack_line *line)
{
	const char *path = line->module;
	if (path == NULL || path[0] != '/')
		return path != NULL && strchr(path, '/') != NULL;
	return !is_module_folder(path, (size_t)(strrchr(path, '/') - path));
}

bool module_is_impostor(const struct mfa_inspector *inspector,
			const struct mfa_stack_line *line)
{
	return mfa_strings_have(&inspector->impostors, mfa_stack_line_module(line));
}

bool module_is_missing(const struct mfa_inspector *inspector,
		       const struct mfa_stack_line *line)
{
	if (line->kind != MFA_LINE_MODULE || !inspector->knows_modules)
		return false;
	if (line->module[0] == '/')
		return strstr(line->module, "$ISA") == NULL &&
		       !mfa_rootfs_exists(inspector->rootfs.root, line->module);
	return strchr(line->module, '/') == NULL &&
	       !mfa_strings_have(&inspector->modules, line->module);
}

const char *mfa_module_path(const struct mfa_inspector *inspector,
			    const struct mfa_stack_line *line)
{
	if (line->kind != MFA_LINE_MODULE || !inspector->knows_modules)
		return NULL;
	if (line->module[0] == '/')
		return line->module;
	for (size_t i = 0; i < inspector->module_paths.count; i++)
		if (strcmp(inspector->modules.items[i], line->module) == 0)
			return inspector->module_paths.items[i];
	return NULL;
}

/* Whether the name of a file is that of the module, perhaps with a version. */
static bool is_file_of(const char *file, const char *module)
{
	size_t len = strlen(module);
	const char *ending = strrchr(module, '.');
	if (ending != NULL && strcmp(ending, ".so") == 0)
		len = (size_t)(ending - module);
	return strncmp(file, module, len) == 0 &&
	       (file[len] == '\0' || strchr(".-_", file[len]) != NULL);
}

/* Whether a link of the module's name leads to another one. */
static bool is_other_file(int fd, const char *module)
{
	char name[32];
	char path[PATH_SIZE];
	(void)snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
	ssize_t len = readlink(name, path, sizeof path - 1);
	if (len <= 0)
		return false;
	path[len] = '\0';
	const char *slash = strrchr(path, '/');
	return slash != NULL && !is_file_of(slash + 1, module);
}

static bool has_same_bytes(const struct mfa_inspector *inspector, size_t one,
			   size_t other)
{
	MFA_CLEANUP(mfa_free_string) char *a = NULL;
	MFA_CLEANUP(mfa_free_string) char *b = NULL;
	size_t a_len = 0;
	size_t b_len = 0;
	const char *root = inspector->rootfs.root;
	return mfa_rootfs_read(root, inspector->module_paths.items[one], &a, &a_len) ==
		       MFA_OK &&
	       mfa_rootfs_read(root, inspector->module_paths.items[other], &b, &b_len) ==
		       MFA_OK &&
	       a_len == b_len && a_len > 0 && memcmp(a, b, a_len) == 0;
}

static bool are_of_one_name(const char *one, const char *other)
{
	return is_file_of(one, other) || is_file_of(other, one);
}

static int add_impostor(struct mfa_inspector *inspector, size_t number)
{
	const char *name = inspector->modules.items[number];
	return mfa_strings_have(&inspector->impostors, name)
		       ? MFA_OK
		       : mfa_strings_add(&inspector->impostors, name);
}

/* Two names for one module: of neither it is known to be what it says. */
static int compare_with_others(struct mfa_inspector *inspector, const off_t *sizes,
			       size_t number)
{
	const struct mfa_strings *names = &inspector->modules;
	int err = MFA_OK;
	for (size_t i = 0; err == MFA_OK && i < number; i++) {
		if (sizes[i] != sizes[number] || sizes[i] == 0 ||
		    are_of_one_name(names->items[i], names->items[number]) ||
		    !has_same_bytes(inspector, i, number))
			continue;
		err = add_impostor(inspector, i);
		if (err == MFA_OK)
			err = add_impostor(inspector, number);
	}
	return err;
}

static int look_at_module_file(struct mfa_inspector *inspector, off_t *sizes,
			       size_t number)
{
	struct stat status;
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	if (mfa_rootfs_open(inspector->rootfs.root, inspector->module_paths.items[number],
			    &fd) != MFA_OK ||
	    fstat(fd, &status) != 0)
		return MFA_OK;
	if (is_other_file(fd, inspector->modules.items[number]))
		return add_impostor(inspector, number);
	sizes[number] = status.st_size;
	return compare_with_others(inspector, sizes, number);
}

static void free_sizes(off_t **sizes)
{
	free(*sizes);
}

static int find_impostors(struct mfa_inspector *inspector)
{
	MFA_CLEANUP(free_sizes)
	off_t *sizes = calloc(inspector->modules.count + 1, sizeof *sizes);
	int err = sizes != NULL ? MFA_OK : MFA_ERR_NOMEM;
	for (size_t i = 0; err == MFA_OK && i < inspector->modules.count; i++)
		err = look_at_module_file(inspector, sizes, i);
	return err;
}

static int add_modules(struct mfa_inspector *inspector, const char *folder)
{
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings names = { 0 };
	int err = mfa_rootfs_list(inspector->rootfs.root, folder, &names);
	if (err != MFA_OK)
		return err == MFA_ERR_NOMEM ? err : MFA_OK;
	for (size_t i = 0; i < names.count; i++) {
		if (mfa_strings_have(&inspector->modules, names.items[i]))
			continue;
		char path[512];
		(void)snprintf(path, sizeof path, "%s/%s", folder, names.items[i]);
		err = mfa_strings_add(&inspector->modules, names.items[i]);
		if (err == MFA_OK)
			err = mfa_strings_add(&inspector->module_paths, path);
		if (err != MFA_OK)
			return err;
	}
	return MFA_OK;
}

/* The folders that libpam can have been built for: /lib/TUPLE/security, where Debian's
 * looks first, and /lib/security. Of a folder of service files it is not known which
 * modules its host has. */
int module_list(struct mfa_inspector *inspector)
{
	static const char *const places[] = { "/lib", "/usr/lib", "/lib64",
					      "/usr/lib64" };
	int err = MFA_OK;
	if (inspector->rootfs.folder != NULL && inspector->rootfs.root[0] == '\0')
		return MFA_OK;
	inspector->is_debian =
		mfa_rootfs_exists(inspector->rootfs.root, "/etc/debian_version");
	for (size_t i = 0; err == MFA_OK && i < MFA_COUNT(places); i++) {
		char path[512];
		MFA_CLEANUP(mfa_strings_done) struct mfa_strings tuples = { 0 };
		if (mfa_rootfs_list(inspector->rootfs.root, places[i], &tuples) != MFA_OK)
			continue;
		for (size_t j = 0; err == MFA_OK && j < tuples.count; j++) {
			if (strstr(tuples.items[j], "-linux-") == NULL)
				continue;
			(void)snprintf(path, sizeof path, "%s/%s/security", places[i],
				       tuples.items[j]);
			err = add_modules(inspector, path);
		}
		(void)snprintf(path, sizeof path, "%s/security", places[i]);
		if (err == MFA_OK)
			err = add_modules(inspector, path);
	}
	inspector->knows_modules = inspector->modules.count > 0;
	return err == MFA_OK ? find_impostors(inspector) : err;
}
