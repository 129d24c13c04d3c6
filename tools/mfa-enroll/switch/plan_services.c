/* SPDX-License-Identifier: BSD-2-Clause */
/* Services whose own files are changed, as README has it by hand. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "mfa/inspect.h"
#include "mfa/rootfs.h"
#include "mfa/service_text.h"
#include "site/sample.h"
#include "switch/plan.h"
#include "switch/state.h"

struct survey {
	struct plan *plan;
	struct mfa_diag *diag;
	struct mfa_inspector inspector;
	struct mfa_edits enabled; /* what enable has changed before */
	bool is_by_profile;
	enum mfa_common_auth common;
};

static void survey_done(struct survey *survey)
{
	mfa_inspector_done(&survey->inspector);
	mfa_edits_done(&survey->enabled);
}

static bool has_ours(const char *text)
{
	MFA_CLEANUP(mfa_free_string) char *without = NULL;
	return mfa_service_text_remove(text, &without) != MFA_ERR_NOTFOUND;
}

/* cron, atd and the like never ask for a password. */
static bool service_asks_nobody(struct survey *survey, const char *service)
{
	MFA_CLEANUP(mfa_inspection_done) struct mfa_inspection inspection = { 0 };
	return mfa_inspect(&survey->inspector, service, &inspection) == MFA_OK &&
	       inspection.grade == MFA_GRADE_NO_AUTH;
}

static bool name_service_file(const char *service, char *ret_path, size_t size)
{
	return (plan_path(PAM_FOLDER, service, ret_path, size) &&
		mfa_rootfs_exists("", ret_path)) ||
	       (plan_path(VENDOR_FOLDER, service, ret_path, size) &&
		mfa_rootfs_exists("", ret_path));
}

/* A link is followed by libpam, and may be many services' file. */
static int change_file(struct survey *survey, const char *service, const char *text)
{
	char path[PATH_MAX];
	struct mfa_diag own = { .text = "" };
	if (!plan_path(PAM_FOLDER, service, path, sizeof path))
		return MFA_OK;
	int err = mfa_edits_add(&survey->plan->edits, path, text, &own);
	if (err == MFA_ERR_UNSAFE) {
		plan_object(survey->plan,
			    TR(survey->plan->app, MFA_N_("%s: edit it by hand")),
			    own.text);
		return MFA_OK;
	}
	return err == MFA_OK ? MFA_OK : mfa_fail(survey->diag, err, "%s", own.text);
}

static void object_to_service(const struct survey *survey, const char *service, int err)
{
	struct plan *plan = survey->plan;
	if (!plan->has_only)
		return;
	if (err == MFA_ERR_NOTFOUND)
		plan_object(plan,
			    TR(plan->app,
			       MFA_N_("%s: its file has no line that asks for a "
				      "password: name the service that it includes, or "
				      "edit it by hand")),
			    service);
	else
		plan_object(plan,
			    TR(plan->app, MFA_N_("%s: libpam cannot read its file")),
			    service);
}

/* Where common-auth asks from now on, lines of its own would ask twice: those that enable
 * itself has made go, and of others somebody has to think. */
static int take_own_lines(struct survey *survey, const char *service, const char *text)
{
	struct plan *plan = survey->plan;
	char path[PATH_MAX];
	const struct mfa_edit *edit = plan_path(PAM_FOLDER, service, path, sizeof path)
					      ? mfa_edits_find(&survey->enabled, path)
					      : NULL;
	if (edit != NULL && edit->after.data != NULL && edit->before.data != NULL &&
	    strcmp(edit->after.data, text) == 0)
		return change_file(survey, service, edit->before.data);
	plan_object(plan,
		    TR(plan->app, MFA_N_("%s includes common-auth and has lines of "
					 "pam_mfa.so besides: it would ask twice. "
					 "Take them out")),
		    service);
	return MFA_OK;
}

static int change_service(struct survey *survey, const char *service, const char *text)
{
	MFA_CLEANUP(mfa_free_string) char *made = NULL;
	if (strcmp(service, "i3lock") == 0) /* it asks once, for both in one line */
		return has_ours(text) ? MFA_OK
				      : change_file(survey, service, sample_i3lock);
	if (survey->is_by_profile && mfa_service_text_has_common(text))
		return has_ours(text) ? take_own_lines(survey, service, text) : MFA_OK;
	int err = mfa_service_text_add(text, survey->common, &made);
	if (err == MFA_OK)
		return change_file(survey, service, made);
	if (err == MFA_ERR_NOMEM)
		return mfa_fail(survey->diag, err, "out of memory");
	if (err != MFA_ERR_EXISTS)
		object_to_service(survey, service, err);
	return MFA_OK;
}

static void object_to_name(struct plan *plan, const char *service)
{
	if (plan->has_only)
		plan_object(plan,
			    TR(plan->app, MFA_N_("%s: nobody logs in by it: name "
						 "services, as login,sshd")),
			    service);
}

static int look_at_service(struct survey *survey, const char *service)
{
	char path[PATH_MAX];
	if (strncmp(service, "common-", strlen("common-")) == 0 ||
	    !plan_wants(survey->plan, service) ||
	    !name_service_file(service, path, sizeof path))
		return MFA_OK;
	if (service_asks_nobody(survey, service)) {
		object_to_name(survey->plan, service);
		return MFA_OK;
	}
	MFA_CLEANUP(mfa_free_string) char *text = plan_text(survey->plan, path);
	if (text != NULL)
		return change_service(survey, service, text);
	object_to_service(survey, service, MFA_ERR_INVALID);
	return MFA_OK;
}

static void check_names(struct plan *plan, const struct mfa_strings *names)
{
	for (size_t i = 0; i < plan->only.count; i++)
		if (!mfa_strings_have(names, plan->only.items[i]))
			plan_object(
				plan,
				TR(plan->app, MFA_N_("%s: there is no such service in "
						     "/etc/pam.d")),
				plan->only.items[i]);
}

/* What all that include common-auth ask for already cannot be left out of some. */
static void look_at_common(struct survey *survey)
{
	struct plan *plan = survey->plan;
	MFA_CLEANUP(mfa_free_string)
	char *text = plan_text(plan, PAM_FOLDER "/common-auth");
	survey->common = text != NULL ? mfa_common_auth_kind(text) : MFA_COMMON_MORE;
	if (plan->has_only && text != NULL && has_ours(text))
		plan_object(plan, "%s",
			    TR(plan->app,
			       MFA_N_("common-auth has pam_mfa.so already, so --only has "
				      "no choice: first run: mfa-enroll disable")));
}

int plan_services(struct plan *plan, bool is_by_profile, struct mfa_diag *diag)
{
	const struct mfa_pam_rootfs here = { "", NULL };
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings names = { 0 };
	MFA_CLEANUP(survey_done)
	struct survey survey = { .plan = plan,
				 .diag = diag,
				 .is_by_profile = is_by_profile };
	int err = mfa_inspector_init(&survey.inspector, &here, plan->app->site.config);
	if (err == MFA_OK)
		err = mfa_service_list(&here, diag, &names);
	if (err != MFA_OK)
		return err;
	err = mfa_edits_load(SWITCH_ENABLED, NULL, &survey.enabled);
	if (err != MFA_OK && err != MFA_ERR_NOTFOUND && err != MFA_ERR_INTEGRITY)
		return mfa_fail(diag, err, "%s: %s", SWITCH_ENABLED, mfa_strerror(err));
	err = MFA_OK;
	look_at_common(&survey);
	check_names(plan, &names);
	for (size_t i = 0; err == MFA_OK && i < names.count; i++)
		err = look_at_service(&survey, names.items[i]);
	return err;
}
