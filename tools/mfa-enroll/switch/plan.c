/* SPDX-License-Identifier: BSD-2-Clause */
#include "switch/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void plan_done(struct plan *plan)
{
	mfa_edits_done(&plan->edits);
	mfa_strings_done(&plan->only);
	mfa_strings_done(&plan->problems);
}

void plan_object(struct plan *plan, const char *format, ...)
{
	MFA_CLEANUP(mfa_free_string) char *text = NULL;
	va_list args;
	va_start(args, format);
	int len = vasprintf(&text, format, args);
	va_end(args);
	if (len < 0)
		text = NULL;
	/* without memory it is still a problem, if one without words */
	if (mfa_strings_add(&plan->problems, text != NULL ? text : "") != MFA_OK)
		app_complain("%s", mfa_strerror(MFA_ERR_NOMEM));
}

bool plan_wants(const struct plan *plan, const char *service)
{
	return !plan->has_only || mfa_strings_have(&plan->only, service);
}

char *plan_text(const struct plan *plan, const char *path)
{
	MFA_CLEANUP(mfa_edit_side_done) struct mfa_edit_side side = { .len = 0 };
	const struct mfa_edit *edit = mfa_edits_find(&plan->edits, path);
	if (edit != NULL)
		return edit->after.data != NULL ? strdup(edit->after.data) : NULL;
	if (mfa_edit_look(path, NULL, &side) != MFA_OK || side.data == NULL ||
	    strlen(side.data) != side.len)
		return NULL;
	return MFA_TAKE(side.data);
}

bool plan_is_common(const char *path)
{
	static const char common[] = PAM_FOLDER "/common-";
	return strncmp(path, common, strlen(common)) == 0;
}

bool plan_path(const char *folder, const char *name, char *ret_path, size_t size)
{
	int len = snprintf(ret_path, size, "%s/%s", folder, name);
	return len > 0 && (size_t)len < size;
}

int plan_enable(struct plan *plan, struct mfa_diag *diag)
{
	bool is_by_profile = false;
	int err = plan->has_only ? MFA_OK : plan_profile(plan, diag, &is_by_profile);
	if (err == MFA_OK)
		err = plan_services(plan, is_by_profile, diag);
	if (err == MFA_OK && plan_wants(plan, "sshd"))
		err = plan_sshd(plan, diag);
	return err;
}
