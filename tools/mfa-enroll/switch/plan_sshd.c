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

/* As sshd would read both: the first value of a keyword counts. Where it refuses already
 * what is there, nothing can be told, and it does not run. */
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

int plan_sshd(struct plan *plan, struct mfa_diag *diag)
{
	if (!mfa_rootfs_exists("", SSHD_PROGRAM) || !mfa_rootfs_exists("", SSHD_CONFIG) ||
	    mfa_rootfs_has_name("", SSHD_DROP_IN))
		return MFA_OK;
	if (!mfa_rootfs_is_folder("", "/etc/ssh/sshd_config.d")) {
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
