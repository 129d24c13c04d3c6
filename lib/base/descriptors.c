/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/descriptors.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_close_range /* Linux 5.9 */
#define SYS_close_range 436
#endif

/* Names that are no number are the folder and the one above it. */
static int close_listed(int first)
{
	DIR *folder = opendir("/proc/self/fd");
	if (folder == NULL)
		return MFA_ERR_IO;
	for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
		char *end = NULL;
		long fd = strtol(entry->d_name, &end, 10);
		if (end != entry->d_name && fd >= first && fd != dirfd(folder))
			(void)close((int)fd);
	}
	return closedir(folder) == 0 ? MFA_OK : MFA_ERR_IO;
}

int mfa_close_from(int first)
{
	return syscall(SYS_close_range, (unsigned)first, ~0U, 0) == 0
		       ? MFA_OK
		       : close_listed(first);
}
