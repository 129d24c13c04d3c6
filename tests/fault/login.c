/* SPDX-License-Identifier: BSD-2-Clause */
/* One login: what it answers, and what its process has open before and after. */
#include "fault_fixture.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <security/pam_appl.h>

#include "mfa/log.h"
#include "report.h"

enum {
	LIMIT_SECONDS = 20
};

static int converse(int count, const struct pam_message **messages,
		    struct pam_response **ret_responses, void *context)
{
	const struct fault_fixture *fixture = context;
	struct pam_response *responses = calloc((size_t)count, sizeof *responses);
	if (responses == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < count; i++)
		if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF &&
		    (responses[i].resp = strdup(fixture->code)) == NULL) {
			free(responses);
			return PAM_BUF_ERR;
		}
	*ret_responses = responses;
	return PAM_SUCCESS;
}

static int count_fds(void)
{
	int count = 0;
	DIR *folder = opendir("/proc/self/fd");
	if (folder == NULL)
		return -1;
	while (readdir(folder) != NULL)
		count++;
	(void)closedir(folder);
	return count;
}

/* Single unreadable pages without a file: what mfa_locked_new puts around a block. */
static int count_guards(void)
{
	char line[512];
	int count = 0;
	FILE *maps = fopen("/proc/self/maps", "re");
	if (maps == NULL)
		return -1;
	while (fgets(line, sizeof line, maps) != NULL) {
		char *rest = NULL;
		unsigned long from = strtoul(line, &rest, 16);
		unsigned long to = *rest == '-' ? strtoul(rest + 1, &rest, 16) : 0;
		if (to - from == 4096 && strncmp(rest, " ---p 00000000 00:00 0", 22) == 0)
			count++;
	}
	(void)fclose(maps);
	return count;
}

static void run_phase(pam_handle_t *handle, const struct entry_point *entry,
		      const struct hooks *hooks, struct outcome *outcome)
{
	if (entry->is_account && !entry->skips_auth)
		outcome->auth_code = pam_authenticate(handle, 0);
	hooks->begin(hooks->context);
	outcome->code = entry->is_account ? pam_acct_mgmt(handle, 0)
					  : pam_authenticate(handle, 0);
	hooks->end(hooks->context);
}

static void call_module(struct fault_fixture *fixture, const struct entry_point *entry,
			const struct hooks *hooks)
{
	const struct pam_conv conv = { converse, fixture };
	struct outcome *outcome = fixture->outcome;
	pam_handle_t *handle = NULL;
	if (pam_start_confdir(entry->service, entry->user, &conv, fixture->folder,
			      &handle) != PAM_SUCCESS)
		return;
	/* libpam reads the stack and loads the modules at the first call */
	(void)pam_open_session(handle, 0);
	run_phase(handle, entry, hooks, outcome);
	(void)pam_end(handle, outcome->code);
}

void fault_fixture_login(struct fault_fixture *fixture, const struct entry_point *entry,
			 const struct hooks *hooks)
{
	struct outcome *outcome = fixture->outcome;
	outcome->guards[0] = count_guards();
	outcome->open_fds[0] = count_fds();
	if (entry->is_module)
		call_module(fixture, entry, hooks);
	else
		fault_fixture_take_steps(fixture, entry, hooks);
	mfa_log_close();
	outcome->open_fds[1] = count_fds();
	outcome->guards[1] = count_guards();
	outcome->is_done = true;
}

int fault_fixture_run_child(void (*work)(void *context), void *context)
{
	int status = 0;
	pid_t pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		(void)alarm(LIMIT_SECONDS);
		work(context);
		exit(0);
	}
	if (waitpid(pid, &status, 0) != pid)
		die("waitpid");
	return status;
}
