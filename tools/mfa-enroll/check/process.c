/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/process.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "mfa/base.h"

enum {
	PATH_SIZE = 64,
	STATUS_SIZE = 4096,
};

bool process_program(const char *pid, char ret_path[static PROCESS_PROGRAM_SIZE])
{
	static const char replaced[] = " (deleted)";
	char path[PATH_SIZE];
	(void)snprintf(path, sizeof path, "/proc/%.20s/exe", pid);
	ssize_t len = readlink(path, ret_path, PROCESS_PROGRAM_SIZE);
	if (len <= 0 || len == PROCESS_PROGRAM_SIZE)
		return false;
	ret_path[len] = '\0';
	size_t end = strlen(replaced);
	if ((size_t)len > end && strcmp(ret_path + len - end, replaced) == 0)
		ret_path[(size_t)len - end] = '\0';
	return true;
}

bool process_is_roots(const char *pid)
{
	char path[PATH_SIZE];
	char text[STATUS_SIZE];
	(void)snprintf(path, sizeof path, "/proc/%.20s/status", pid);
	MFA_CLEANUP(mfa_close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
	text[got > 0 ? got : 0] = '\0';
	return strstr(text, "\nUid:\t0\t0\t0\t0\n") != NULL;
}
