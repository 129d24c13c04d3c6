/* SPDX-License-Identifier: BSD-2-Clause */
/* The ssh servers that run on this host. One writes its name, its program and its options
 * over its arguments: "sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups". */
#include "check/sshd_servers.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check/ask_program.h"
#include "check/process.h"
#include "mfa/rootfs.h"

enum {
	TITLE_SIZE = 4096
};

static bool read_title(const char *pid, char ret_title[static TITLE_SIZE])
{
	char path[64];
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	(void)snprintf(path, sizeof path, "/proc/%.20s/cmdline", pid);
	if (mfa_rootfs_open("", path, &fd) != MFA_OK)
		return false;
	ssize_t got = read(fd, ret_title, TITLE_SIZE - 1);
	ret_title[got > 0 ? got : 0] = '\0';
	return got > 0;
}

static bool find_server(const char *pid, char ret_program[static PROCESS_PROGRAM_SIZE])
{
	if (!process_program(pid, ret_program))
		return false;
	const char *slash = strrchr(ret_program, '/');
	return slash != NULL && sshd_is_server_name(slash + 1);
}

/* A server in a container reads files of its own. */
static bool has_our_files(const char *pid)
{
	char path[64];
	struct stat own;
	struct stat theirs;
	(void)snprintf(path, sizeof path, "/proc/%.20s/root/.", pid);
	return stat("/", &own) == 0 && stat(path, &theirs) == 0 &&
	       own.st_dev == theirs.st_dev && own.st_ino == theirs.st_ino;
}

static void add_running(struct check *check, struct sshd_servers *servers,
			const char *pid, char *title)
{
	static const char mark[] = " [listener]";
	char place[64];
	char program[PROCESS_PROGRAM_SIZE];
	char *end = strstr(title, mark);
	char *words = strstr(title, ": ");
	if (end == NULL || words == NULL || words > end || !find_server(pid, program))
		return;
	*end = '\0';
	*words = '\0';
	words += strlen(": ");
	size_t len = strcspn(words, " ");
	char *rest = words + len + (words[len] != '\0');
	words[len] = '\0';
	(void)snprintf(place, sizeof place, "/proc/%.20s", pid);
	if (!has_our_files(pid) || !ask_program_may_run(program)) {
		check_add_unknown(check, place);
		return;
	}
	struct sshd_server server =
		sshd_server_init(check, program, words, (struct check_place){ place, 0 });
	sshd_server_take_words(check, &server, rest);
	sshd_servers_add(check, servers, &server);
}

/* Everybody may write such a title, and name a program of their own sshd in it: only root
 * becomes root through and through. Of others not even the title is read: it is in their
 * memory, which can be anything. */
void sshd_servers_add_running(struct check *check, struct sshd_servers *servers)
{
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings pids = { 0 };
	if (mfa_rootfs_list("", "/proc", &pids) != MFA_OK)
		return;
	for (size_t i = 0; i < pids.count; i++) {
		char title[TITLE_SIZE];
		if (isdigit((unsigned char)pids.items[i][0]) &&
		    process_is_roots(pids.items[i]) && read_title(pids.items[i], title))
			add_running(check, servers, pids.items[i], title);
	}
}
