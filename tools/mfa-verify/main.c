/* SPDX-License-Identifier: BSD-2-Clause */
/* mfa-verify: asks its caller for a one-time password, for pam_mfa.so in a program that
 * is not root. Set-uid root; see mfa-verify(8). Takes no argument, and looks at none. */
#include <syslog.h>
#include <unistd.h>

#include "ids.h"
#include "mfa/clean_process.h"
#include "visit.h"

static const char HINT[] = "mfa-verify: pam_mfa.so runs this; see mfa-verify(8)\n";

enum {
	EXIT_VERDICT = 0, /* it was sent, whatever it says */
	EXIT_NOT_CALLED_RIGHT = 2,
};

/* For a person who tries it by hand; before descriptor 2 is taken away. */
static void hint(void)
{
	if (isatty(STDERR_FILENO) == 1 && write(STDERR_FILENO, HINT, sizeof HINT - 1) < 0)
		return;
}

static void conclude(const struct visit *visit)
{
	struct mfa_helper_verdict verdict = {
		.verdict = visit->result.verdict,
		.password_len = visit->result.password.len,
	};
	channel_conclude(&verdict);
}

int main(void)
{
	MFA_CLEANUP(visit_done) struct visit visit = { 0 };
	bool has_channel = clean_process_has_channel();
	if (!has_channel)
		hint();
	if (clean_process_begin() != MFA_OK || !has_channel)
		return EXIT_NOT_CALLED_RIGHT;
	openlog("mfa-verify", LOG_PID, LOG_AUTHPRIV);
	if (!clean_process_is_root()) {
		syslog(LOG_AUTHPRIV | LOG_ERR,
		       "not set-uid root, or in a process or on a file system that forbids "
		       "it (no_new_privs, nosuid)");
		return EXIT_NOT_CALLED_RIGHT;
	}
	if (ids_begin(&visit.caller) != MFA_OK || mfa_init() != MFA_OK ||
	    visit_begin(&visit) != MFA_OK)
		return EXIT_NOT_CALLED_RIGHT;
	visit_run(&visit);
	visit_report(&visit);
	conclude(&visit);
	return EXIT_VERDICT;
}
