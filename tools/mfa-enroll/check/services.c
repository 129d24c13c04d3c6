/* SPDX-License-Identifier: BSD-2-Clause */
/* pam.d: each service through the prover. */
#include "check/parts.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mfa/rootfs.h"

/* Greeters that can log somebody in by themselves do so in these services. */
static bool is_autologin_off(const struct check *check, const char *name)
{
	static const char ending[] = "-autologin";
	size_t len = strlen(name);
	return len > strlen(ending) && strcmp(name + len - strlen(ending), ending) == 0 &&
	       check->pam_folder == NULL && !check_has_autologin(check, name);
}

static int inspect_service(struct check *check, const char *name, bool is_other)
{
	struct check_service *services =
		reallocarray(check->services, check->service_count + 1, sizeof *services);
	if (services == NULL)
		return MFA_ERR_NOMEM;
	check->services = services;
	struct check_service *service = &services[check->service_count];
	*service = (struct check_service){ .is_other = is_other };
	service->name = strdup(name);
	if (service->name == NULL)
		return MFA_ERR_NOMEM;
	check->service_count++;
	service->is_unused = is_autologin_off(check, name);
	return mfa_inspect(&check->inspector, is_other ? NULL : name,
			   &service->inspection);
}

static void check_mode(struct check *check, const char *path)
{
	struct stat status;
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	const char *root = check->pam_folder != NULL ? "" : check->root;
	if (mfa_rootfs_open(root, path, &fd) != MFA_OK || fstat(fd, &status) != 0)
		return;
	if (status.st_uid != 0 || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		check_add(check, CHECK_HOLE, "pam-file-mode",
			  (struct check_place){ path, 0 }, "%s",
			  TR(check->app,
			     MFA_N_("somebody else than root can change this file")));
}

/* Each file once, also where several include it. */
static int check_modes(struct check *check)
{
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings seen = { 0 };
	for (size_t i = 0; i < check->service_count; i++) {
		const struct mfa_strings *files =
			&check->services[i].inspection.service.files;
		for (size_t j = 0; j < files->count; j++) {
			if (mfa_strings_have(&seen, files->items[j]))
				continue;
			check_mode(check, files->items[j]);
			int err = mfa_strings_add(&seen, files->items[j]);
			if (err != MFA_OK)
				return err;
		}
	}
	return MFA_OK;
}

void check_services(struct check *check)
{
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings names = { 0 };
	struct mfa_diag diag = { .text = "" };
	int err = MFA_OK;
	if (check->only != NULL)
		err = mfa_strings_add(&names, check->only);
	else
		err = mfa_service_list(&check->inspector.rootfs, &diag, &names);
	for (size_t i = 0; err == MFA_OK && i < names.count; i++)
		err = inspect_service(check, names.items[i],
				      strcmp(names.items[i], "other") == 0);
	if (err == MFA_OK)
		err = check_modes(check);
	if (err == MFA_OK && check->service_count == 0)
		check_add(check, CHECK_HOLE, "no-services", CHECK_NOWHERE, "%s",
			  TR(check->app, MFA_N_("there are no service files of PAM")));
	if (err != MFA_OK)
		check->findings.err = err;
}

void check_chosen_service(struct check *check, const char *program,
			  struct check_place place, const char *service)
{
	enum mfa_grade grade = check_judge(check, service).grade;
	bool is_safe = grade == MFA_GRADE_PROVED || grade == MFA_GRADE_PROVED_BUT_ROOT ||
		       grade == MFA_GRADE_NOT_COVERED;
	check_add(check, is_safe ? CHECK_NOTE : CHECK_HOLE, "service-chosen", place,
		  is_safe ? TR(check->app, MFA_N_("%s asks the service %s of PAM"))
			  : TR(check->app,
			       MFA_N_("%s asks the service %s of PAM, which is not "
				      "proved: take the line out, or add pam_mfa.so to "
				      "that service")),
		  program, service);
}
