/* SPDX-License-Identifier: BSD-2-Clause */
/* pam-auth-update works on copies, so that what it would write is known before it counts,
 * and is written like all else: each file at once, and undone with the others. Its own
 * records are copied as well: for it, it was enabled by itself. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "check/ask_program.h"
#include "mfa/rootfs.h"
#include "switch/plan.h"
#include "switch/scratch.h"

#define UPDATE	       "/usr/sbin/pam-auth-update"
#define PROFILE_FOLDER "/usr/share/pam-configs"
#define STATE_FOLDER   "/var/lib/pam"
#define COMMON_AUTH    PAM_FOLDER "/common-auth"

enum {
	OUTPUT_SIZE = 4096,
};

static int copy_all(const struct scratch *scratch, struct mfa_diag *diag)
{
	int err = scratch_copy(scratch, PAM_FOLDER, "common-", diag);
	if (err == MFA_OK)
		err = scratch_copy(scratch, STATE_FOLDER, "", diag);
	if (err == MFA_OK)
		err = scratch_copy(scratch, PROFILE_FOLDER, "", diag);
	return err;
}

/* debconf's own records stay out of it: what it would note is of the copies. */
static bool run_update(const struct scratch *scratch, const char *verb)
{
	char output[OUTPUT_SIZE];
	char database[PATH_MAX];
	(void)snprintf(database, sizeof database, "DEBCONF_DB_REPLACE=File{%s/debconf}",
		       scratch->path);
	const char *const environment[] = { "DEBIAN_FRONTEND=noninteractive",
					    "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
					    database, NULL };
	const char *const words[] = { UPDATE, "--root", scratch->path, "--package",
				      verb,   "mfa",	NULL };
	return ask_program_in((char *const *)(uintptr_t)words,
			      (char *const *)(uintptr_t)environment, output,
			      sizeof output);
}

/* Adds what has become of the copies of a folder's files. */
static int add_results(struct plan *plan, const struct scratch *scratch,
		       const char *folder, const char *prefix, struct mfa_diag *diag)
{
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings names = { 0 };
	char path[PATH_MAX];
	int err = mfa_rootfs_list(scratch->path, folder, &names);
	for (size_t i = 0; err == MFA_OK && i < names.count; i++) {
		MFA_CLEANUP(mfa_free_string) char *text = NULL;
		size_t len = 0;
		if (strncmp(names.items[i], prefix, strlen(prefix)) != 0 ||
		    !plan_path(folder, names.items[i], path, sizeof path))
			continue;
		err = mfa_rootfs_read(scratch->path, path, &text, &len);
		if (err == MFA_OK)
			err = mfa_edits_add(&plan->edits, path, text, diag);
	}
	return err;
}

static bool has_profile_in(const struct scratch *scratch)
{
	MFA_CLEANUP(mfa_free_string) char *text = NULL;
	size_t len = 0;
	return mfa_rootfs_read(scratch->path, COMMON_AUTH, &text, &len) == MFA_OK &&
	       strstr(text, "pam_mfa.so") != NULL;
}

static int update_copies(struct plan *plan, const char *verb, bool is_in_after,
			 struct mfa_diag *diag, bool *ret_is_done)
{
	MFA_CLEANUP(scratch_done) struct scratch scratch = { .path = "" };
	*ret_is_done = false;
	if (!mfa_rootfs_exists("", UPDATE) ||
	    !mfa_rootfs_exists("", STATE_FOLDER "/auth") ||
	    !mfa_rootfs_exists("", PROFILE_FOLDER "/mfa"))
		return MFA_OK;
	int err = scratch_make(diag, &scratch);
	if (err == MFA_OK)
		err = copy_all(&scratch, diag);
	if (err != MFA_OK)
		return err;
	/* where somebody has edited common-*, it changes nothing, and says so */
	if (!run_update(&scratch, verb) || has_profile_in(&scratch) != is_in_after)
		return MFA_OK;
	*ret_is_done = true;
	err = add_results(plan, &scratch, PAM_FOLDER, "common-", diag);
	return err == MFA_OK ? add_results(plan, &scratch, STATE_FOLDER, "", diag) : err;
}

int plan_profile(struct plan *plan, struct mfa_diag *diag, bool *ret_is_used)
{
	return update_copies(plan, "--enable", true, diag, ret_is_used);
}

int plan_profile_remove(struct plan *plan, struct mfa_diag *diag)
{
	bool is_done = false;
	MFA_CLEANUP(mfa_free_string) char *common = plan_text(plan, COMMON_AUTH);
	if (common == NULL || strstr(common, "pam_mfa.so") == NULL)
		return MFA_OK;
	return update_copies(plan, "--remove", false, diag, &is_done);
}
