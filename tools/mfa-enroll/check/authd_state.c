/* SPDX-License-Identifier: BSD-2-Clause */
/* What systemd says of the service of mfa-authd. */
#include "check/parts.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check/sandbox.h"

static bool start_systemctl(char *const argv[], int out, pid_t *ret_pid)
{
	static char *const environment[] = { NULL };
	posix_spawn_file_actions_t actions;
	if (posix_spawn_file_actions_init(&actions) != 0)
		return false;
	bool is_started =
		posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0) ==
			0 &&
		posix_spawn_file_actions_adddup2(&actions, out, 1) == 0 &&
		posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0) ==
			0 &&
		posix_spawn(ret_pid, argv[0], &actions, NULL, argv, environment) == 0;
	(void)posix_spawn_file_actions_destroy(&actions);
	return is_started;
}

bool check_is_authd_failing(void)
{
	static const char *const failing[] = { "failed\n", "auto-restart\n" };
	char path[] = "/usr/bin/systemctl";
	char verb[] = "show";
	char property[] = "--property=SubState";
	char value[] = "--value";
	char unit[] = SANDBOX_UNIT;
	char *argv[] = { path, verb, property, value, unit, NULL };
	char text[64] = "";
	int ends[2];
	pid_t child = -1;
	if (access("/run/systemd/system", F_OK) != 0 || pipe2(ends, O_CLOEXEC) != 0)
		return false;
	bool is_started = start_systemctl(argv, ends[1], &child);
	(void)close(ends[1]);
	FILE *file = fdopen(ends[0], "r");
	if (file == NULL || fgets(text, sizeof text, file) == NULL)
		text[0] = '\0';
	if (file != NULL)
		(void)fclose(file);
	else
		(void)close(ends[0]);
	if (is_started)
		(void)waitpid(child, NULL, 0);
	return strcmp(text, failing[0]) == 0 || strcmp(text, failing[1]) == 0;
}
