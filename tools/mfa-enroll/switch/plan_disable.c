/* SPDX-License-Identifier: BSD-2-Clause */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "mfa/rootfs.h"
#include "mfa/service_text.h"
#include "mfa/stack.h"
#include "site/sample.h"
#include "switch/plan.h"

int plan_take_out(struct plan *plan, const char *path, struct mfa_diag *diag)
{
	MFA_CLEANUP(mfa_free_string) char *made = NULL;
	MFA_CLEANUP(mfa_free_string) char *text = plan_text(plan, path);
	int err = text != NULL ? mfa_service_text_remove(text, &made) : MFA_ERR_NOTFOUND;
	if (err == MFA_ERR_NOTFOUND || mfa_edits_find(&plan->edits, path) != NULL)
		return MFA_OK;
	if (err == MFA_ERR_NOMEM)
		return mfa_fail(diag, err, "out of memory");
	if (err == MFA_OK)
		err = mfa_edits_add(&plan->edits, path, made, diag);
	if (err == MFA_ERR_UNSUPPORTED)
		plan_object(plan,
			    TR(plan->app,
			       MFA_N_("%s: a jump ([success=2]) passes over the line of "
				      "pam_mfa.so: take it out by hand, and correct the "
				      "jump")),
			    path);
	else if (err == MFA_ERR_INVALID || err == MFA_ERR_UNSAFE)
		plan_object(plan,
			    TR(plan->app, MFA_N_("%s: take the lines of pam_mfa.so out "
						 "by hand")),
			    path);
	else
		return err;
	return MFA_OK;
}

/* By its name alone it is ours, but what others have written into it stays. */
static int take_drop_in(struct plan *plan, struct mfa_diag *diag)
{
	MFA_CLEANUP(mfa_free_string) char *text = plan_text(plan, SSHD_DROP_IN);
	MFA_CLEANUP(mfa_free_string) char *ours = plan_drop_in();
	if (ours == NULL)
		return mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
	if (text == NULL || (strcmp(text, sample_sshd) != 0 && strcmp(text, ours) != 0))
		return MFA_OK;
	return mfa_edits_add(&plan->edits, SSHD_DROP_IN, NULL, diag);
}

int plan_disable(struct plan *plan, const struct mfa_edits *put_back,
		 struct mfa_diag *diag)
{
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings names = { 0 };
	char path[PATH_MAX];
	int err = MFA_OK;
	if (mfa_edits_find(put_back, PAM_FOLDER "/common-auth") == NULL)
		err = plan_profile_remove(plan, diag);
	if (err == MFA_OK)
		err = mfa_rootfs_list("", PAM_FOLDER, &names);
	for (size_t i = 0; err == MFA_OK && i < names.count; i++)
		if (plan_path(PAM_FOLDER, names.items[i], path, sizeof path) &&
		    mfa_edits_find(put_back, path) == NULL)
			err = plan_take_out(plan, path, diag);
	if (err == MFA_OK && mfa_edits_find(put_back, SSHD_DROP_IN) == NULL)
		err = take_drop_in(plan, diag);
	return err;
}
