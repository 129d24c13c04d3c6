/* SPDX-License-Identifier: BSD-2-Clause */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "check/ask_program.h"
#include "check/process.h"
#include "check/sshd_servers.h"
#include "mfa/rootfs.h"
#include "mfa/text.h"
#include "switch/acts.h"
#include "switch/plan.h"

#define SYSTEMCTL "/usr/bin/systemctl"
#define SYSTEMD	  "/run/systemd/system"
#define SSHD_PID  "/run/sshd.pid"

enum {
	OUTPUT_SIZE = 4096,
};

bool reload_has_systemd(void)
{
	return mfa_rootfs_is_folder("", SYSTEMD);
}

bool reload_call(const char *verb, const char *unit)
{
	char output[OUTPUT_SIZE];
	const char *const words[] = { SYSTEMCTL, "--quiet", verb, unit, NULL };
	return ask_program((char *const *)(uintptr_t)words, output, sizeof output);
}

bool reload_is_stopped(const char *unit)
{
	char output[OUTPUT_SIZE];
	const char *const words[] = { SYSTEMCTL, "show", "--property", "ActiveState",
				      "--value", unit,	 NULL };
	if (!ask_program((char *const *)(uintptr_t)words, output, sizeof output))
		return false;
	output[strcspn(output, "\n")] = '\0';
	return strcmp(output, "inactive") == 0 || strcmp(output, "failed") == 0;
}

/* Without systemd. Only where the number is still sshd's. */
static bool signal_sshd(void)
{
	char program[PROCESS_PROGRAM_SIZE];
	MFA_CLEANUP(mfa_free_string) char *text = NULL;
	size_t len = 0;
	int64_t pid = 0;
	if (mfa_rootfs_read("", SSHD_PID, &text, &len) != MFA_OK)
		return true; /* none runs */
	text[strcspn(text, "\n")] = '\0';
	return mfa_text_parse_number(text, &pid) == MFA_OK && pid > 1 &&
	       process_program(text, program) && strcmp(program, SSHD_PROGRAM) == 0 &&
	       kill((pid_t)pid, SIGHUP) == 0;
}

/* While the machine starts a server waits for this, and a job for it would wait as well:
 * one that does not run yet will read its files by itself. */
static bool reload_units(void)
{
	static const char *const units[] = { "ssh.service", "sshd.service" };
	for (size_t i = 0; i < MFA_COUNT(units); i++)
		if (reload_call("is-active", units[i]))
			return reload_call("reload-or-restart", units[i]);
	return true;
}

bool reload_sshd(const struct app *app, const struct mfa_edits *edits)
{
	bool has_systemd = reload_has_systemd();
	if (mfa_edits_find(edits, SSHD_DROP_IN) == NULL ||
	    (has_systemd ? reload_units() : signal_sshd()))
		return true;
	/* a restart could leave nothing that listens */
	app_complain(TR(app, MFA_N_("sshd could not be told, and goes on with the "
				    "configuration that it has read. Do not restart it: "
				    "correct what sshd -t says, then run: %s")),
		     has_systemd ? "systemctl reload ssh"
				 : "kill -HUP $(cat " SSHD_PID ")");
	return false;
}
