/* SPDX-License-Identifier: BSD-2-Clause */
#include "sandbox.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mfa/base.h"
#include "support.h"
#include "user_namespace.h"

/* In memory, if possible: a store syncs each of its decoys when it is made. */
static const char *find_folder(void)
{
	if (user_namespace_is_entered())
		return USER_NAMESPACE_FOLDER;
	return access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
}

void sandbox_open(struct sandbox *box)
{
	*box = (struct sandbox){ .next = 0 };
	(void)snprintf(box->root, sizeof box->root, "%s/pam_mfa-XXXXXX", find_folder());
	assert_non_null(mkdtemp(box->root));
}

static int remove_one(const char *path, const struct stat *status MFA_UNUSED,
		      int type MFA_UNUSED, struct FTW *place MFA_UNUSED)
{
	return remove(path);
}

void sandbox_close(struct sandbox *box)
{
	/* FTW_MOUNT: not what give_away has mounted */
	(void)nftw(box->root, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
	for (size_t i = 0; i < MFA_COUNT(box->paths); i++)
		free(box->paths[i]);
}

int sandbox_setup(void **state)
{
	struct sandbox *box = calloc(1, sizeof *box);
	if (box == NULL)
		return -1;
	sandbox_open(box);
	*state = box;
	return 0;
}

int sandbox_teardown(void **state)
{
	sandbox_close(*state);
	free(*state);
	return 0;
}

const char *path_in(struct sandbox *box, const char *name)
{
	char **path = &box->paths[box->next++ % MFA_COUNT(box->paths)];
	free(*path);
	assert_true(asprintf(path, "%s/%s", box->root, name) > 0);
	return *path;
}

/* Something of another owner's, of the same type and as executable. */
static const char *foreign_twin(const char *path)
{
	struct stat status;
	assert_int_equal(lstat(path, &status), 0);
	if (S_ISDIR(status.st_mode))
		return "/etc";
	return (status.st_mode & S_IXUSR) != 0 ? "/usr/bin/true" : "/etc/passwd";
}

void give_away(const char *path)
{
	if (user_namespace_is_entered())
		assert_int_equal(mount(foreign_twin(path), path, NULL, MS_BIND, NULL), 0);
	else
		assert_int_equal(chown(path, 1, (gid_t)-1), 0);
}

void take_back(const char *path)
{
	if (user_namespace_is_entered())
		assert_int_equal(umount2(path, MNT_DETACH), 0);
	else
		assert_int_equal(chown(path, 0, (gid_t)-1), 0);
}
