/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/plugin.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "mfa/elf.h"
#include "mfa/fs.h"

/* It is checked and then opened by its path: only root could replace it in between. (By
 * /proc/self/fd/N the loader would take two plug-ins with the same N for one.) */
static int check_plugin(const char *path, const char *name, struct mfa_diag *diag)
{
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	int err = mfa_fs_open(path, O_RDONLY, &mfa_fs_protected, diag, &fd);
	if (err == MFA_ERR_NOTFOUND)
		return mfa_fail(diag, err, "plug-in %s is not installed: %s", name, path);
	return err == MFA_OK ? mfa_elf_check_whole(fd, path, diag) : err;
}

int mfa_plugin_open(const char *folder, const char *name, struct mfa_diag *diag,
		    const void **ret_ops)
{
	char path[PATH_MAX];
	int len = snprintf(path, sizeof path, "%s/%s.so",
			   folder != NULL ? folder : MFA_PLUGIN_DIR, name);
	if (len < 0 || (size_t)len >= sizeof path)
		return mfa_fail(diag, MFA_ERR_INVALID, "plug-in %s: too long a path",
				name);
	int err = check_plugin(path, name, diag);
	if (err != MFA_OK)
		return err;
	void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	if (handle == NULL)
		return mfa_fail(diag, MFA_ERR_UNSUPPORTED, "plug-in %s", dlerror());
	const struct mfa_plugin *plugin = dlsym(handle, "mfa_plugin");
	if (plugin != NULL && strcmp(plugin->version, MFA_VERSION) == 0)
		*ret_ops = plugin->ops;
	else
		err = mfa_fail(diag, MFA_ERR_UNSUPPORTED,
			       "plug-in %s is not of pam_mfa %s: install both anew", path,
			       MFA_VERSION);
	(void)dlclose(handle);
	return err;
}
