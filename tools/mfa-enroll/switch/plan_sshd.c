/* SPDX-License-Identifier: BSD-2-Clause */
/* sshd's drop-in: without it the password is asked for in sshd's own way, which has no
 * second question. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "check/ask_program.h"
#include "check/sshd_settings.h"
#include "mfa/rootfs.h"
#include "site/sample.h"
#include "switch/plan.h"
#include "switch/scratch.h"

enum {
	OUTPUT_SIZE = 4096,
};

/* The sample, with the line for users of keys: a key alone is refused from now on, and a
 * client that offers one first would never come to the questions. */
char *plan_drop_in(void)
{
	static const char wanted[] =
		"\n#AuthenticationMethods publickey,keyboard-interactive "
		"keyboard-interactive\n";
	const char *found = strstr(sample_sshd, wanted);
	char *text = strdup(sample_sshd);
	if (text == NULL || found == NULL)
		return text;
	char *mark = text + (found - sample_sshd) + 1;
	memmove(mark, mark + 1, strlen(mark));
	return text;
}

static bool passes_test(const char *config)
{
	char output[OUTPUT_SIZE];
	const char *const words[] = { SSHD_PROGRAM, "-t", "-f", config, NULL };
	return ask_program((char *const *)(uintptr_t)words, output, sizeof output);
}

/* That sshd has not been started yet, or has no key, is no fault of its configuration. */
static bool is_of_host(const char *words)
{
	return strstr(words, "Missing privilege separation directory") != NULL ||
	       strstr(words, "no hostkeys available") != NULL;
}

/* sshd would go on with what it has read, and would not start anew: a restart, or the
 * next start of the machine, would leave nothing that listens. */
static void check_configuration(struct plan *plan)
{
	char words[OUTPUT_SIZE];
	const char *const argv[] = { SSHD_PROGRAM, "-t", NULL };
	if (ask_program_errors((char *const *)(uintptr_t)argv, words, sizeof words) ||
	    words[0] == '\0' || is_of_host(words))
		return;
	words[strcspn(words, "\r\n")] = '\0';
	plan_object(plan,
		    TR(plan->app, MFA_N_("sshd -t refuses the configuration that is "
					 "there: %s. Correct it; do not restart sshd "
					 "before")),
		    words);
}

/* As sshd would read both: the first value of a keyword counts. */
static int test_drop_in(struct plan *plan, const char *drop_in, struct mfa_diag *diag)
{
	MFA_CLEANUP(scratch_done) struct scratch scratch = { .path = "" };
	MFA_CLEANUP(mfa_free_string) char *config = NULL;
	MFA_CLEANUP(mfa_free_string) char *both = NULL;
	char path[PATH_MAX];
	size_t len = 0;
	if (!passes_test(SSHD_CONFIG) ||
	    mfa_rootfs_read("", SSHD_CONFIG, &config, &len) != MFA_OK)
		return MFA_OK;
	if (asprintf(&both, "%s\n%s", drop_in, config) < 0) {
		both = NULL;
		return mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
	}
	int err = scratch_make(diag, &scratch);
	if (err == MFA_OK)
		err = scratch_write(&scratch, "/sshd_config", both, diag);
	if (err == MFA_OK)
		err = scratch_path(&scratch, "/sshd_config", diag, path);
	if (err == MFA_OK && !passes_test(path))
		plan_object(plan,
			    TR(plan->app, MFA_N_("%s: sshd -t refuses it together with "
						 "%s")),
			    SSHD_DROP_IN, SSHD_CONFIG);
	return err;
}

bool plan_has_sshd(void)
{
	return mfa_rootfs_exists("", SSHD_PROGRAM) && mfa_rootfs_exists("", SSHD_CONFIG);
}

int plan_sshd(struct plan *plan, struct mfa_diag *diag)
{
	if (!plan_has_sshd())
		return MFA_OK;
	check_configuration(plan);
	if (mfa_rootfs_has_name("", SSHD_DROP_IN))
		return MFA_OK;
	if (!mfa_rootfs_is_folder("", SSHD_FOLDER)) {
		plan_object(plan, "%s",
			    TR(plan->app,
			       MFA_N_("/etc/ssh/sshd_config.d is missing: make it, and "
				      "have /etc/ssh/sshd_config include its files")));
		return MFA_OK;
	}
	MFA_CLEANUP(mfa_free_string) char *drop_in = plan_drop_in();
	if (drop_in == NULL)
		return mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
	int err = mfa_edits_add(&plan->edits, SSHD_DROP_IN, drop_in, diag);
	return err == MFA_OK ? test_drop_in(plan, drop_in, diag) : err;
}
