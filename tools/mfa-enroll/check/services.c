/* SPDX-License-Identifier: BSD-2-Clause */
/* pam.d: each service through the prover. */
#include "check/parts.h"
#include "check/programs.h"

#include <stdlib.h>
#include <string.h>

/* Greeters that can log somebody in by themselves do so in these services. */
static bool is_autologin_off(const struct check *check, const char *name,
			     char **ret_switch)
{
	static const char ending[] = "-autologin";
	size_t len = strlen(name);
	return len > strlen(ending) && strcmp(name + len - strlen(ending), ending) == 0 &&
	       check->pam_folder == NULL && !check_has_autologin(check, name, ret_switch);
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
	service->is_unused = is_autologin_off(check, name, &service->autologin);
	const char *asked = is_other ? NULL : name;
	int err = mfa_inspect(&check->inspector, asked, &service->inspection);
	if (err != MFA_OK || service->inspection.grade != MFA_GRADE_BYPASS)
		return err;
	return mfa_cure_find(&check->inspector, asked, &service->inspection,
			     &service->cure);
}

static const char *own_file(const struct check_service *service)
{
	const struct mfa_service *read = &service->inspection.service;
	return read->has_file && read->files.count > 0 ? read->files.items[0] : NULL;
}

static bool is_included(const struct check *check, size_t number)
{
	const char *path = own_file(&check->services[number]);
	for (size_t i = 0; path != NULL && i < check->service_count; i++) {
		const char *other = own_file(&check->services[i]);
		if (other != NULL && strcmp(other, path) != 0 &&
		    mfa_strings_have(&check->services[i].inspection.service.files, path))
			return true;
	}
	return false;
}

/* Services that programs of Debian's ask for, besides those of the table. */
static bool is_asked_for(const char *name)
{
	static const char *const names[] = {
		"chfn",	  "chsh", "dovecot",	 "i3lock",	 "passwd",   "proftpd",
		"remote", "su",	  "su-l",	 "sudo-i",	 "swaylock", "vlock",
		"vsftpd", "xdm",  "xrdp-sesman", "xscreensaver",
	};
	for (size_t i = 0; i < MFA_COUNT(names); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return program_has_service(name);
}

/* A file that others include, and that has no lines for auth and account both, is a part
 * of services, and none itself. */
static bool is_part(const struct check *check, size_t number)
{
	const struct check_service *service = &check->services[number];
	const struct mfa_service *read = &service->inspection.service;
	bool is_whole = read->own[MFA_FACILITY_AUTH].count > 0 &&
			read->own[MFA_FACILITY_ACCOUNT].count > 0;
	enum mfa_grade grade = service->inspection.grade;
	/* runuser is included, and a program that is known to ask nobody */
	if (grade == MFA_GRADE_ERROR || grade == MFA_GRADE_NO_AUTH)
		return false;
	return !is_whole && !service->is_other && !is_asked_for(service->name) &&
	       is_included(check, number);
}

/* Nothing is left out without a word. */
static int leave_out_parts(struct check *check)
{
	MFA_CLEANUP(check_names_done) struct check_names parts = { .count = 0 };
	bool *are_parts = calloc(check->service_count + 1, sizeof *are_parts);
	if (are_parts == NULL)
		return MFA_ERR_NOMEM;
	for (size_t i = 0; i < check->service_count; i++)
		are_parts[i] = is_part(check, i);
	size_t kept = 0;
	for (size_t i = 0; i < check->service_count; i++) {
		if (are_parts[i]) {
			check_names_add(&parts, check->services[i].name);
			check_service_done(&check->services[i]);
		} else {
			check->services[kept++] = check->services[i];
		}
	}
	check->service_count = kept;
	free(are_parts);
	if (parts.count > 0)
		check_add(check, CHECK_NOTE, "parts", CHECK_NOWHERE,
			  TR(check->app,
			     MFA_N_("service files that are only included by others, and "
				    "not looked at for themselves: %zu (%s)")),
			  parts.count, parts.text);
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
		err = leave_out_parts(check);
	if (!check->inspector.knows_modules)
		check_add(check, CHECK_NOTE, "modules-unseen", CHECK_NOWHERE, "%s",
			  TR(check->app, MFA_N_("there are no modules of PAM to look at "
						"here: each is taken to exist")));
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
	bool is_safe = mfa_grade_is_proved(grade) || grade == MFA_GRADE_NOT_COVERED;
	check_add(check, is_safe ? CHECK_NOTE : CHECK_HOLE, "service-chosen", place,
		  is_safe ? TR(check->app, MFA_N_("%s asks the service %s of PAM"))
			  : TR(check->app,
			       MFA_N_("%s asks the service %s of PAM, which is not "
				      "proved: take the line out, or add pam_mfa.so to "
				      "that service")),
		  program, service);
}
