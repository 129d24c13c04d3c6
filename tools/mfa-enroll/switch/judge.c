/* SPDX-License-Identifier: BSD-2-Clause */
#include "switch/judge.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/cures.h"
#include "check/parts.h"
#include "mfa/rootfs.h"
#include "switch/holes.h"
#include "switch/judge_sshd.h"
#include "switch/scratch.h"
#include "switch/witnesses.h"

#define COPY_FOLDER "/pam.d"

/* A copy of all service files, and what was found in it. */
struct rehearsal {
	struct plan *plan;
	const struct mfa_edits *put_back;
	struct scratch scratch;
	char folder[PATH_MAX];
	struct check check;
};

static void rehearsal_done(struct rehearsal *rehearsal)
{
	check_done(&rehearsal->check);
	scratch_done(&rehearsal->scratch);
}

/* The text that a file would have; NULL: it would not be there. */
static char *future_text(const struct rehearsal *rehearsal, const char *path)
{
	const struct mfa_edit *back = rehearsal->put_back != NULL
					      ? mfa_edits_find(rehearsal->put_back, path)
					      : NULL;
	if (back != NULL)
		return back->before.data != NULL ? strdup(back->before.data) : NULL;
	return plan_text(rehearsal->plan, path);
}

static int copy_one(const struct rehearsal *rehearsal, const char *folder,
		    const char *name, struct mfa_diag *diag)
{
	char path[PATH_MAX];
	char copy[PATH_MAX];
	if (!plan_path(folder, name, path, sizeof path) ||
	    !plan_path(COPY_FOLDER, name, copy, sizeof copy) ||
	    mfa_rootfs_is_folder("", path))
		return MFA_OK;
	MFA_CLEANUP(mfa_free_string) char *text = future_text(rehearsal, path);
	return text != NULL ? scratch_write(&rehearsal->scratch, copy, text, diag)
			    : MFA_OK;
}

static int copy_folder(const struct rehearsal *rehearsal, const char *folder,
		       struct mfa_diag *diag)
{
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings names = { 0 };
	int err = MFA_OK;
	if (mfa_rootfs_list("", folder, &names) != MFA_OK)
		return MFA_OK;
	for (size_t i = 0; err == MFA_OK && i < names.count; i++)
		err = copy_one(rehearsal, folder, names.items[i], diag);
	return err;
}

/* Those that the plan makes. */
static int copy_made(const struct rehearsal *rehearsal, struct mfa_diag *diag)
{
	const struct mfa_edits *edits = &rehearsal->plan->edits;
	int err = MFA_OK;
	for (size_t i = 0; err == MFA_OK && i < edits->count; i++) {
		const char *path = edits->items[i].path;
		if (strncmp(path, PAM_FOLDER "/", strlen(PAM_FOLDER "/")) == 0)
			err = copy_one(rehearsal, PAM_FOLDER,
				       path + strlen(PAM_FOLDER "/"), diag);
	}
	return err;
}

/* The vendor's first: a file of /etc hides one of the same name. */
static int copy_services(struct rehearsal *rehearsal, struct mfa_diag *diag)
{
	int err = scratch_make(diag, &rehearsal->scratch);
	if (err == MFA_OK)
		err = copy_folder(rehearsal, VENDOR_FOLDER, diag);
	if (err == MFA_OK)
		err = copy_folder(rehearsal, PAM_FOLDER, diag);
	if (err == MFA_OK)
		err = copy_made(rehearsal, diag);
	if (err == MFA_OK && !plan_path(rehearsal->scratch.path, "pam.d",
					rehearsal->folder, sizeof rehearsal->folder))
		err = MFA_ERR_INVALID;
	return err;
}

/* The modules are this host's, and the files are the copies. */
static int begin_rehearsal(struct rehearsal *rehearsal, struct mfa_diag *diag)
{
	const struct mfa_pam_rootfs here = { "", NULL };
	struct check *check = &rehearsal->check;
	check->app = rehearsal->plan->app;
	check->config = rehearsal->plan->app->site.config;
	check->root = "";
	check->is_live = true;
	int err = copy_services(rehearsal, diag);
	if (err == MFA_OK)
		err = mfa_inspector_init(&check->inspector, &here, check->config);
	if (err != MFA_OK)
		return err;
	check->inspector.has_sshd_addresses = check_has_sshd_addresses(check);
	check->inspector.rootfs.folder = rehearsal->folder;
	check_services(check);
	return check->findings.err;
}

static bool is_changed(const struct rehearsal *rehearsal, const char *path)
{
	if (mfa_edits_find(&rehearsal->plan->edits, path) != NULL)
		return true;
	return rehearsal->put_back != NULL &&
	       mfa_edits_find(rehearsal->put_back, path) != NULL;
}

/* Whether one of the files that the service is read from is changed. */
static bool is_touched(const struct rehearsal *rehearsal,
		       const struct check_service *service)
{
	const struct mfa_strings *files = &service->inspection.service.files;
	char path[PATH_MAX];
	for (size_t i = 0; i < files->count; i++) {
		const char *slash = strrchr(files->items[i], '/');
		if (plan_path(PAM_FOLDER, slash != NULL ? slash + 1 : files->items[i],
			      path, sizeof path) &&
		    is_changed(rehearsal, path))
			return true;
	}
	return false;
}

/* The copy's folder is nobody's business. Cuts the text. */
static void write_cure(const struct rehearsal *rehearsal, const char *cure, FILE *to)
{
	const char *at = cure;
	size_t len = strlen(rehearsal->folder);
	for (const char *found = NULL; (found = strstr(at, rehearsal->folder)) != NULL;
	     at = found + len) {
		(void)fwrite(at, 1, (size_t)(found - at), to);
		(void)fputs(PAM_FOLDER, to);
	}
	(void)fputs(at, to);
}

static void object_to(const struct rehearsal *rehearsal,
		      const struct check_service *service, const char *what)
{
	MFA_CLEANUP(mfa_free_string) char *text = NULL;
	MFA_CLEANUP(mfa_free_string)
	char *cure = cure_text(&rehearsal->check, service, false);
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);
	if (to == NULL)
		return;
	(void)fprintf(to, "%s: %s", service->name, what);
	if (cure != NULL) {
		(void)fputs(": ", to);
		write_cure(rehearsal, cure, to);
	}
	if (fclose(to) == 0)
		plan_object(rehearsal->plan, "%s", text);
}

static const char *fault_of(const struct app *app, enum mfa_grade grade)
{
	switch (grade) {
	case MFA_GRADE_BYPASS:
		return TR(app, MFA_N_("would still let people in without a code"));
	case MFA_GRADE_LOCKED_OUT:
		return TR(app, MFA_N_("would let nobody in"));
	case MFA_GRADE_ERROR:
		return TR(app, MFA_N_("libpam cannot read its file"));
	case MFA_GRADE_PROVED:
	case MFA_GRADE_PROVED_BUT_ROOT:
	case MFA_GRADE_NO_AUTH:
	case MFA_GRADE_NOT_COVERED:
		return NULL;
	}
	return NULL;
}

/* What sshd asks changes by its own configuration, too. */
static bool has_drop_in(const struct plan *plan, const struct check_service *service)
{
	return strcmp(service->name, "sshd") == 0 &&
	       mfa_edits_find(&plan->edits, SSHD_DROP_IN) != NULL;
}

static int judge_service(struct rehearsal *rehearsal, const struct check_service *service,
			 struct mfa_strings *open)
{
	struct plan *plan = rehearsal->plan;
	const char *fault = fault_of(plan->app, service->inspection.grade);
	if (service->is_unused)
		return MFA_OK;
	bool is_named = plan->has_only && plan_wants(plan, service->name);
	bool is_touched_by_it = is_touched(rehearsal, service);
	if (fault != NULL && (is_touched_by_it || is_named))
		object_to(rehearsal, service, fault);
	else if (fault != NULL)
		return mfa_strings_add(open, service->name);
	else if (mfa_grade_is_proved(service->inspection.grade) &&
		 (is_touched_by_it || has_drop_in(plan, service)))
		return mfa_strings_add(&plan->edits.services, service->name);
	return MFA_OK;
}

int judge_enable(struct plan *plan, struct mfa_diag *diag, struct mfa_strings *ret_open)
{
	MFA_CLEANUP(rehearsal_done) struct rehearsal rehearsal = { .plan = plan };
	int err = begin_rehearsal(&rehearsal, diag);
	for (size_t i = 0; err == MFA_OK && i < rehearsal.check.service_count; i++)
		err = judge_service(&rehearsal, &rehearsal.check.services[i], ret_open);
	if (err == MFA_OK)
		err = witnesses_add(plan, &rehearsal.check);
	if (err == MFA_OK)
		err = judge_sshd(plan, &rehearsal.check, diag);
	if (err == MFA_OK)
		holes_warn(&rehearsal.check);
	return err;
}

int judge_trial(struct plan *plan, const struct mfa_edits *edits, struct mfa_diag *diag)
{
	MFA_CLEANUP(rehearsal_done) struct rehearsal rehearsal = { .plan = plan };
	int err = begin_rehearsal(&rehearsal, diag);
	for (size_t i = 0; err == MFA_OK && i < rehearsal.check.service_count; i++) {
		const struct check_service *service = &rehearsal.check.services[i];
		const char *fault = fault_of(plan->app, service->inspection.grade);
		if (fault != NULL && mfa_strings_have(&edits->services, service->name))
			object_to(&rehearsal, service, fault);
	}
	return err;
}

/* Where it was so before somebody has switched anything over, it is none of ours. */
static void judge_without(struct rehearsal *rehearsal,
			  const struct check_service *service)
{
	const struct mfa_inspection *inspection = &service->inspection;
	bool is_closed = inspection->grade == MFA_GRADE_LOCKED_OUT ||
			 inspection->grade == MFA_GRADE_ERROR;
	bool is_open = inspection->grade == MFA_GRADE_BYPASS &&
		       inspection->facility == MFA_FACILITY_AUTH &&
		       (inspection->proof.missing & MFA_HAD_PASSWORD) != 0;
	if (service->is_unused || !is_touched(rehearsal, service))
		return;
	if (is_closed)
		object_to(rehearsal, service,
			  fault_of(rehearsal->plan->app, inspection->grade));
	else if (is_open)
		plan_object(rehearsal->plan,
			    TR(rehearsal->plan->app,
			       MFA_N_("%s: would let people in without a password")),
			    service->name);
}

int judge_disable(struct plan *plan, const struct mfa_edits *put_back,
		  struct mfa_diag *diag)
{
	MFA_CLEANUP(rehearsal_done)
	struct rehearsal rehearsal = { .plan = plan, .put_back = put_back };
	int err = begin_rehearsal(&rehearsal, diag);
	for (size_t i = 0; err == MFA_OK && i < rehearsal.check.service_count; i++)
		judge_without(&rehearsal, &rehearsal.check.services[i]);
	return err;
}
