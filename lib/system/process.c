/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/process.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mfa/fs.h"

enum {
	PATH_SIZE = 64,
	NAME_FIELD = 2, /* of /proc/PID/stat */
	PARENT_FIELD = 4,
	START_FIELD = 22,
};

bool mfa_process_read_file(pid_t pid, const char *name,
			   char ret_text[static MFA_PROCESS_TEXT_SIZE])
{
	char path[PATH_SIZE];
	size_t len = 0;
	(void)snprintf(path, sizeof path, "/proc/%ld/%s", (long)pid, name);
	MFA_CLEANUP(mfa_close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 ||
	    mfa_fs_read_text(fd, ret_text, MFA_PROCESS_TEXT_SIZE - 1, &len) != MFA_OK)
		return false;
	ret_text[len] = '\0';
	return true;
}

/* behind the name, which may contain anything */
static bool read_stat_field(const char *stat, unsigned wanted, int64_t *ret_number)
{
	const char *at = strrchr(stat, ')');
	for (unsigned field = NAME_FIELD; at != NULL && field < wanted; field++)
		at = strchr(at + 1, ' ');
	if (at == NULL)
		return false;
	*ret_number = strtoll(at + 1, NULL, 10);
	return true;
}

int mfa_process_read(pid_t pid, struct mfa_process *ret_process)
{
	char text[MFA_PROCESS_TEXT_SIZE];
	int64_t parent = 0;
	struct mfa_process process = { .pid = pid };
	if (!mfa_process_read_file(pid, "stat", text) ||
	    !read_stat_field(text, PARENT_FIELD, &parent) ||
	    !read_stat_field(text, START_FIELD, &process.start_ticks))
		return MFA_ERR_NOTFOUND;
	process.parent = (pid_t)parent;
	*ret_process = process;
	return MFA_OK;
}

void mfa_process_name(const struct mfa_process *process,
		      char ret_name[static MFA_PROCESS_NAME_SIZE])
{
	(void)snprintf(ret_name, MFA_PROCESS_NAME_SIZE, "%ld@%" PRId64,
		       (long)process->pid, process->start_ticks);
}

bool mfa_process_is_before_login(pid_t pid)
{
	static const char unset[] = "4294967295";
	char text[MFA_PROCESS_TEXT_SIZE];
	return mfa_process_read_file(pid, "loginuid", text) &&
	       strncmp(text, unset, strlen(unset)) == 0;
}
